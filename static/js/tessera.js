/* Optional. Every page is complete without this file.
   Find Care: a filter applies without a page load. The server sends the same page it would send anyone; the
   part that changed is moved in. Nothing is built from text, so the page may demand trusted types. */
(function (d, w) {
  'use strict';

  var form = d.querySelector('form[data-live]');
  if (!form) return;
  var said = d.querySelector('[data-said]');
  var shown = location.pathname + location.search;
  var waiting = null;  // the request on its way
  var wrote = '';      // what stood in the focused box when it left

  function ask(url, type, then, failed) {
    var request = new XMLHttpRequest();
    request.open('GET', url);
    request.responseType = type;
    request.onload = function () { if (request.status === 200 && request.response) then(request.response, request.responseURL); else failed(); };
    request.onerror = failed;
    request.send();
    return request;
  }

  /* The search as an address: what is empty stays out of it. */
  function address() {
    var words = [];
    new FormData(form).forEach(function (value, name) {
      if (value !== '') words.push(encodeURIComponent(name) + '=' + encodeURIComponent(value));
    });
    return form.getAttribute('action') + (words.length ? '?' + words.join('&').replace(/%20/g, '+') : '');
  }

  /* Where the keyboard is, said in a way that the new page understands too. */
  function focused() {
    var at = d.activeElement;
    if (!at || !form.contains(at)) return null;
    if (at.id) return function (page) { return page.querySelector('#' + at.id); };
    if (at.name) return function (page) {
      return [].filter.call(page.querySelectorAll('input'), function (i) { return i.name === at.name && i.value === at.value; })[0];
    };
    return null;
  }

  function show(page, focus) {
    var next = page.querySelector('form[data-live]');
    var open = {};
    form.querySelectorAll('details[data-keep]').forEach(function (part) { open[part.dataset.keep] = part.open; });
    next.querySelectorAll('details[data-keep]').forEach(function (part) { part.open = open[part.dataset.keep] || part.open; });
    /* What somebody wrote while the answer was on its way stays theirs. */
    var box = d.activeElement;
    if (box && box.id && box.value !== wrote && box.matches('.bar input')) next.querySelector('#' + box.id).value = box.value;
    form.replaceWith(d.adoptNode(next));
    form = next;
    d.title = page.title;
    /* The language links lead to the same search. */
    var here = d.querySelectorAll('.langs a'), there = page.querySelectorAll('.langs a');
    here.forEach(function (link, i) { if (there[i]) link.setAttribute('href', there[i].getAttribute('href')); });
    begin();
    var target = focus && focus(form);
    if (target) target.focus({ preventScroll: true });
    var heading = form.querySelector('#found'), summary = form.querySelector('[data-summary]');
    /* A heading that takes the focus is read out by that. */
    said.textContent = (target === heading ? '' : heading.textContent + '. ') + (summary ? summary.textContent : '');
  }

  function go(url, keep, focus) {
    if (waiting) waiting.abort();
    wrote = d.activeElement && d.activeElement.value;
    form.querySelector('.split').setAttribute('aria-busy', 'true');
    waiting = ask(url, 'document', function (page, came) {
      waiting = null;
      if (!page.querySelector('form[data-live]')) { location.assign(url); return; }
      var at = new URL(came || url, location.href);
      shown = at.pathname + at.search;
      if (keep) history.pushState(null, '', shown);
      show(page, focus);
    }, function () { waiting = null; location.assign(url); });
  }

  function toTheFound(page) {
    var heading = page.querySelector('#found');
    heading.scrollIntoView();
    return heading;
  }

  /* "Use my location": only on a click, and the house learns a place no finer than about half a mile. */
  function offerLocation() {
    var box = form.querySelector('[data-locate]');
    if (!box || !navigator.geolocation) return;
    var button = d.createElement('button');
    button.type = 'button';
    button.id = 'locate';
    button.className = 'as-link';
    button.textContent = box.dataset.locateLabel;
    button.addEventListener('click', function () { locate(box, button); });
    form.querySelector('.below').prepend(button);
  }

  function locate(box, button) {
    function failed() {
      var line = form.querySelector('#locate-failed') || d.createElement('p');
      line.id = 'locate-failed';
      line.className = 'hint';
      line.textContent = said.textContent = box.dataset.locateFailed;
      button.after(line);
      box.focus();
    }
    navigator.geolocation.getCurrentPosition(function (position) {
      var at = position.coords;
      ask(box.dataset.locate + '?lat=' + at.latitude.toFixed(2) + '&lon=' + at.longitude.toFixed(2), 'json', function (answer) {
        if (!answer.zip) { failed(); return; }
        box.value = answer.zip;
        go(address(), true, toTheFound);
      }, failed);
    }, failed, { maximumAge: 600000, timeout: 10000 });
  }

  /* Wide screens whose browser cannot show a closed <details>: open the filters. */
  function openFilters() {
    var filters = form.querySelector('.facets');
    if (filters && !CSS.supports('selector(::details-content)') && w.matchMedia('(min-width: 60em)').matches) filters.open = true;
  }

  function begin() {
    openFilters();
    offerLocation();
    form.addEventListener('change', function (event) {
      if (event.target.closest('.facet')) go(address(), true, focused());
    });
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      go(address(), true, toTheFound);
    });
    form.addEventListener('click', function (event) {
      var link = event.target.closest('a');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
      var to = new URL(link.href);
      if (to.origin !== location.origin || to.pathname !== form.getAttribute('action')) return;
      event.preventDefault();
      go(to.pathname + to.search, true, toTheFound);
    });
  }

  w.addEventListener('popstate', function () {
    var here = location.pathname + location.search;
    if (here !== shown) go(here, false, null);
  });
  /* Back to a page that was left between a tick and its answer: the ticks follow the address. */
  w.addEventListener('pageshow', function (event) { if (event.persisted) form.reset(); });

  begin();
})(document, window);
