/* A form with data-later goes when there is a network again: its words wait on the device until the county has them.

   The form carries a key of its own, so what is sent twice is kept once. What is refused, or comes to the sign-in, waits on. */
(function () {
  "use strict";

  var KEPT = "later:", store;
  try { store = window.localStorage; } catch (refused) { store = null; }
  var form = document.querySelector("form[data-later]");
  if (!store || !form || !window.fetch) return;
  var who = document.querySelector(".who-name");
  var mine = KEPT + (who ? who.textContent : "") + ":";
  var sending = false;

  var line = document.createElement("div");
  line.className = "note";
  line.setAttribute("role", "status");
  line.setAttribute("data-later-line", "");
  line.hidden = true;
  form.parentNode.insertBefore(line, form);

  function waiting() {
    return Object.keys(store).filter(function (key) { return key.indexOf(mine) === 0; });
  }

  function say(words) {
    line.textContent = words;
    line.hidden = !words;
  }

  function told() {
    var left = waiting().length;
    say(left ? "有 " + left + " 次走访存在这台设备上，有网了自动交。请不要退出登录。" : "");
  }

  function fields() {
    var found = [];
    new FormData(form).forEach(function (value, name) { if (name !== "csrf_token") found.push([name, value]); });
    return found;
  }

  function keep() {
    try { store.setItem(mine + form.elements.once.value, JSON.stringify({ to: location.pathname, fields: fields() })); }
    catch (full) { say("这台设备存不下了，请先不要关这一页，有网了再按一次。"); return false; }
    return true;
  }

  function dropDraft() {
    Object.keys(store).forEach(function (key) {
      if (key.indexOf("draft:") === 0 && key.slice(key.lastIndexOf(":") + 1) === location.pathname) store.removeItem(key);
    });
    store.removeItem("draft-sent");
  }

  /* A form page that is filled anew must not carry the key of what waits. */
  function renew() {
    dropDraft();
    form.reset();
    var fresh = new Uint8Array(16);
    window.crypto.getRandomValues(fresh);
    form.elements.once.value = Array.prototype.map.call(fresh, function (one) { return ("0" + one.toString(16)).slice(-2); }).join("");
    delete form.dataset.sent;
  }

  function isLogged(answer) {
    return answer.ok && answer.redirected && /\/visits\/\d+$/.test(new URL(answer.url).pathname);
  }

  function send(key) {
    var kept = JSON.parse(store.getItem(key));
    var body = new URLSearchParams();
    body.append("csrf_token", form.elements.csrf_token.value);
    kept.fields.forEach(function (pair) { body.append(pair[0], pair[1]); });
    return fetch(kept.to, { method: "POST", body: body, credentials: "same-origin" }).then(function (answer) {
      if (isLogged(answer)) {
        store.removeItem(key);
        return answer.url;
      }
      if (answer.status === 422) { putBack(key, kept); throw new Error("refused"); }
      throw new Error("waits");
    });
  }

  /* What was refused comes back into the form, where it can be mended. */
  function putBack(key, kept) {
    var place = {};
    kept.fields.forEach(function (pair) {
      var at = place[pair[0]] = (place[pair[0]] || 0);
      place[pair[0]] += 1;
      var found = form.querySelectorAll("[name='" + pair[0] + "']");
      if (!found.length) return;
      if (found[0].type === "radio") found.forEach(function (one) { one.checked = one.value === pair[1]; });
      else (found[at] || found[0]).value = pair[1];
    });
    store.removeItem(key);
  }

  function flush(then) {
    var keys = waiting();
    if (sending || !keys.length || navigator.onLine === false) return told();
    sending = true;
    say("正在交……");
    keys.reduce(function (before, key) { return before.then(function () { return send(key); }); }, Promise.resolve()).then(
      function (where) {
        sending = false;
        say("存着的走访都交上去了。");
        if (then) window.location.assign(where);
      },
      function (error) {
        sending = false;
        if (error.message === "refused") say("有一次没交成，已经放回下面，请改好再记。");
        else if (error.message === "waits") say("还没交上，可能要重新登录。写的都在这台设备上，登录后再开这一页会自动交。");
        else told();
      }
    );
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!keep()) return;
    if (navigator.onLine === false) { renew(); told(); line.scrollIntoView({ block: "center" }); return; }
    var key = mine + form.elements.once.value;
    fetch(location.pathname, { method: "HEAD", cache: "no-store", credentials: "same-origin" }).then(
      function () { store.removeItem(key); form.submit(); }, /* from here on the page does what it does without a script */
      function () { renew(); told(); line.scrollIntoView({ block: "center" }); }
    );
  });

  window.addEventListener("online", function () { flush(false); });
  document.addEventListener("submit", function (event) {
    if ((event.target.getAttribute("action") || "").indexOf("/sign-out") < 0) return;
    Object.keys(store).forEach(function (key) { if (key.indexOf(KEPT) === 0) store.removeItem(key); });
  }, true);
  setInterval(function () { if (waiting().length) flush(false); }, 30000);
  flush(false);
})();
