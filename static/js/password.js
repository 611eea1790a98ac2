/* Optional. A button that shows what was typed, and a tile and a word beside each rule that can be seen from here.
   The server has the last word, and says the same without this file. */
(function (d) {
  'use strict';

  d.querySelectorAll('input[data-reveal]').forEach(function (box) {
    var words = box.form.dataset, button = d.createElement('button');
    button.type = 'button';
    button.className = 'as-link';
    button.textContent = words.show;
    button.setAttribute('aria-describedby', box.id + '-name');
    box.labels[0].id = box.id + '-name';
    button.addEventListener('click', function () {
      var hidden = box.type === 'password';
      box.type = hidden ? 'text' : 'password';
      button.textContent = hidden ? words.hide : words.show;
    });
    box.after(button);
  });

  var list = d.querySelector('[data-checks]');
  if (!list) return;
  var box = d.getElementById(list.dataset.checks), said = d.getElementById('rules-said');
  var kinds = [/\p{Lu}/u, /\p{Ll}/u, /\p{Nd}/u, /[!@#$%]/];
  var checks = {
    length: function (text) { var n = Array.from(text).length; return n >= 8 && n <= 64; },
    kinds: function (text) { return kinds.filter(function (kind) { return kind.test(text); }).length >= 3; }
  };

  function look() {
    list.querySelectorAll('li').forEach(function (rule) {
      var check = checks[rule.dataset.rule];
      if (!check) return;
      var kept = check(box.value.normalize('NFC')), was = rule.dataset.kept;
      if (was === String(kept)) return;
      rule.dataset.kept = kept;
      rule.querySelector('.tile').className = 'tile ' + (kept ? 'full' : 'open');
      rule.querySelector('b').textContent = ' ' + (kept ? list.dataset.yes : list.dataset.no);
      if (was) said.textContent = rule.textContent;
    });
  }

  list.querySelectorAll('li').forEach(function (rule) {
    var tile = d.createElement('span'), word = d.createElement('b');
    tile.className = 'tile open';
    tile.setAttribute('aria-hidden', 'true');
    word.textContent = ' ' + list.dataset.later;
    rule.lastElementChild.append(word);
    rule.prepend(tile);
  });
  box.addEventListener('input', look);
  look();
})(document);
