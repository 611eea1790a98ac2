/* Passkeys: fetches a challenge from the address of the form, asks the device, and sends the form with its answer. */
(function (d, w) {
  'use strict';
  if (!w.PublicKeyCredential || !navigator.credentials) return;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(plain, function (c) { return c.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }

  function listed(credentials) {
    return (credentials || []).map(function (each) { return Object.assign({}, each, { id: bytes(each.id) }); });
  }

  /* Older browsers have neither of the two directions of JSON. */
  function options(json, create) {
    var parse = create ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON';
    if (PublicKeyCredential[parse]) return PublicKeyCredential[parse](json);
    var read = Object.assign({}, json, { challenge: bytes(json.challenge) });
    if (create) {
      read.user = Object.assign({}, json.user, { id: bytes(json.user.id) });
      read.excludeCredentials = listed(json.excludeCredentials);
    } else {
      read.allowCredentials = listed(json.allowCredentials);
    }
    return read;
  }

  function answer(credential) {
    if (credential.toJSON) return credential.toJSON();
    var response = {};
    ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'].forEach(function (name) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    });
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: response,
      clientExtensionResults: credential.getClientExtensionResults()
    };
  }

  function begin(form) {
    var create = form.dataset.passkey === 'create';
    var failed = form.querySelector('[data-failed]');
    form.hidden = false;
    form.previousElementSibling.hidden = true; /* what stands there without script */

    form.addEventListener('submit', function (event) {
      event.preventDefault();
      var asked = new URLSearchParams(new FormData(form));
      asked.append('options', 'yes');
      failed.hidden = true;
      fetch(form.action, { method: 'POST', body: asked, credentials: 'same-origin' }).then(function (came) {
        /* Signed out in the meantime: the page itself says so. */
        if (came.redirected) { w.location.reload(); return null; }
        return came.json(); /* anything else than JSON fails, and that is said */
      }).then(function (json) {
        if (!json) return null;
        var how = { publicKey: options(json.publicKey, create) };
        return create ? navigator.credentials.create(how) : navigator.credentials.get(how);
      }).then(function (credential) {
        if (!credential) return;
        form.elements.credential.value = JSON.stringify(answer(credential));
        form.submit();
      }).catch(function () { failed.hidden = false; });
    });
  }

  d.querySelectorAll('form[data-passkey]').forEach(begin);
})(document, window);
