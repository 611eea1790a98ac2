/* Optional. Pages behind sign-in say in words how long one stays; this file warns two minutes before the end, and takes
   the page away at the end. It counts from what the server said was left, never by this machine's time of day, and asks
   again before it says or takes anything: the person may have been busy in another tab. */
(function (d) {
  'use strict';

  var box = d.querySelector('[data-ending]');
  if (!box) return;
  var WARNED = 120, LAST = 20, HEARD_FOR = 10;  // seconds
  var stay = box.querySelector('form[data-can-stay]'), clock = box.querySelector('[data-clock]');
  var polite = d.querySelector('[data-ending-polite]'), assertive = d.querySelector('[data-ending-assertive]');
  var ends = 0, last = false, heard = 0, asking = 0, came = null;

  function left() { return Math.ceil((ends - Date.now()) / 1000); }

  function learn(seconds, isLast) {
    ends = Date.now() + seconds * 1000;
    last = isLast;
  }

  /* Whoever is signed out is sent elsewhere, which is not followed. */
  function ask(address, how) {
    asking += 1;
    how.redirect = 'manual';
    how.cache = 'no-store';
    fetch(address, how).then(function (answer) {
      if (!answer.ok) throw new Error('signed out');
      return answer.json();
    }).then(function (answer) { learn(answer.seconds, answer.last); }).catch(function () {}).then(function () {
      asking -= 1;
      heard = Date.now();
      if (left() <= 0) leave(); else tick();
    });
  }

  /* From sign-in the way leads back to this page; at once, if it turns out that somebody is still signed in. */
  function leave() {
    d.documentElement.hidden = true;
    location.replace(box.dataset.over + encodeURIComponent(location.pathname + location.search));
  }

  function tick() {
    var seconds = left();
    d.documentElement.hidden = seconds <= 0;
    if (seconds > WARNED) { hide(); return; }
    if (!asking && (seconds <= 0 || Date.now() - heard > HEARD_FOR * 1000)) ask(box.dataset.left, {});
    if (seconds > 0 && !(asking && box.hidden)) warn(seconds);
  }

  function warn(seconds) {
    clock.textContent = Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
    box.querySelectorAll('[data-can-stay]').forEach(function (part) { part.hidden = last; });
    box.querySelectorAll('[data-cannot-stay]').forEach(function (part) { part.hidden = !last; });
    var words = box.querySelector('h2').textContent + '. ' + clock.parentNode.textContent;
    if (box.hidden) {
      box.hidden = false;
      polite.textContent = words;
      /* Whoever is writing hears of it, and is called for the last seconds only. */
      if (!d.activeElement.matches('input, select, textarea')) call();
    }
    if (seconds <= LAST && !assertive.textContent) {
      assertive.textContent = words;
      call();
    }
  }

  function call() {
    if (box.contains(d.activeElement)) return;
    came = d.activeElement;
    box.focus();
  }

  function hide() {
    if (box.hidden) return;
    var inside = box.contains(d.activeElement);
    box.hidden = true;
    polite.textContent = assertive.textContent = '';
    if (inside && came) came.focus();
  }

  stay.addEventListener('submit', function (event) {
    event.preventDefault();
    ask(stay.action, { method: 'POST', body: new FormData(stay) });
  });
  d.addEventListener('visibilitychange', tick);
  learn(Number(box.dataset.seconds), box.hasAttribute('data-last'));
  setInterval(tick, 1000);
})(document);
