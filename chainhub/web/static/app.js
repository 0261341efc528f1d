/* What is nicer with a script: keys J K Enter X / ?, the bulk bar, copying a link, keeping typed text when the line breaks, drafts. */
(function () {
  "use strict";

  var root = document.documentElement;
  root.classList.add("js");

  function all(selector, inside) {
    return Array.prototype.slice.call((inside || document).querySelectorAll(selector));
  }

  function say(words) {
    var line = document.getElementById("said");
    if (!line) return;
    line.textContent = words;
    line.hidden = !words;
    if (words) line.scrollIntoView({ block: "center" });
  }

  /* ---- rows ---- */

  function cursor() {
    return document.querySelector("tr.cursor");
  }

  function moveTo(row) {
    var before = cursor();
    if (before) before.classList.remove("cursor");
    if (!row) return;
    row.classList.add("cursor");
    var link = row.querySelector("a.title");
    if (link) link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    var rows = all("tr[data-row]");
    var at = rows.indexOf(cursor());
    if (rows.length) moveTo(rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))]);
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    all("details[data-drop][open]").forEach(function (drop) {
      if (!drop.contains(target)) drop.open = false;
    });
    if (target.closest("[data-copy]")) return copyLink(target.closest("[data-copy]"));
    if (target.closest("[data-print]")) return window.print();
    if (target.closest("[data-bulk-clear]")) return clearPicks();
    if (target.closest("[data-keys]")) return showKeys();
    var row = target.closest("tr[data-row]");
    if (!row || target.closest("a, button, input, label, summary") || String(window.getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.url, "_blank", "noopener");
    else window.location.assign(row.dataset.url);
  });

  /* ---- picking rows ---- */

  function picks() {
    return all("[data-bulk] input[name=pick]:checked");
  }

  function showBulk() {
    var bar = document.getElementById("bulk-bar");
    if (!bar) return;
    var chosen = picks();
    var verbs = chosen.map(function (box) { return box.dataset.verb; });
    var alike = verbs.every(function (verb) { return verb === verbs[0]; });
    bar.hidden = !chosen.length;
    bar.querySelector("[data-bulk-count]").textContent = chosen.length;
    var label = "";
    all("[data-bulk-verb]", bar).forEach(function (button) {
      var mine = alike && button.dataset.bulkVerb === verbs[0];
      button.hidden = !mine;
      if (mine) {
        label = button.dataset.label;
        button.querySelector("[data-bulk-number]").textContent = chosen.length;
      }
    });
    bar.querySelector("[data-bulk-said]").textContent = alike ? "都能" + label : "要做的不是同一件事，请分开办";
  }

  function clearPicks() {
    picks().forEach(function (box) { box.checked = false; });
    showBulk();
  }

  document.addEventListener("change", function (event) {
    if (event.target.name === "pick") showBulk();
  });

  /* ---- choosing files: the names of what was chosen, in our words ---- */

  function sizeText(bytes) {
    return bytes >= 1048576 ? (bytes / 1048576).toFixed(1) + " MB" : Math.max(1, Math.round(bytes / 1024)) + " KB";
  }

  function showChosen(chooser) {
    var input = chooser.querySelector("input[type=file]");
    var label = chooser.querySelector("[data-chooser-word]");
    var list = chooser.querySelector(".chooser-names");
    var chosen = Array.prototype.slice.call(input.files || []);
    label.textContent = chosen.length ? (input.multiple ? "重新选" : "换一个") : label.dataset.chooserWord;
    list.textContent = "";
    chosen.forEach(function (file) {
      var line = document.createElement("li");
      line.textContent = file.name + "，" + sizeText(file.size);
      list.appendChild(line);
    });
  }

  document.addEventListener("change", function (event) {
    var chooser = event.target.closest("[data-chooser]");
    if (chooser) showChosen(chooser);
  });

  /* ---- keys ---- */

  function showKeys() {
    var dialog = document.getElementById("keys");
    if (dialog && dialog.showModal && !dialog.open) dialog.showModal();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      all("details[data-drop][open]").forEach(function (drop) {
        drop.open = false;
        drop.querySelector("summary").focus();
      });
      if (!event.target.closest("input, textarea, select, dialog") && picks().length) clearPicks();
      return;
    }
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]")) return;
    var row = cursor();
    if (event.key === "j" || event.key === "J") step(1);
    else if (event.key === "k" || event.key === "K") step(-1);
    else if (event.key === "?" || event.key === "？") showKeys();
    else if (event.key === "/" || event.key === "、") {
      var search = document.getElementById("search");
      if (!search || !search.offsetParent) return;
      search.focus();
      search.select();
    } else if ((event.key === "x" || event.key === "X") && row) {
      var box = row.querySelector("input[name=pick]");
      if (!box) return;
      box.checked = !box.checked;
      showBulk();
    } else if (event.key === "Enter" && row && event.target === document.body) window.location.assign(row.dataset.url);
    else return;
    event.preventDefault();
  });

  /* ---- copying the address ---- */

  function copyLink(button) {
    function done() {
      var before = button.innerHTML;
      button.textContent = "已复制";
      setTimeout(function () { button.innerHTML = before; }, 2000);
    }
    if (navigator.clipboard && window.isSecureContext) return void navigator.clipboard.writeText(location.href).then(done);
    var area = document.createElement("textarea");
    area.value = location.href;
    area.className = "unseen";
    document.body.appendChild(area);
    area.select();
    if (document.execCommand("copy")) done();
    area.remove();
  }

  /* ---- when the line breaks, everything typed stays ---- */

  /* A guess that did not come is no trouble to anybody. */
  function quiet(event) { return event.detail.elt.hasAttribute("data-quiet"); }

  document.addEventListener("htmx:sendError", function (event) { if (!quiet(event)) say("网络不通。您写的都还在，请再按一次。"); });
  document.addEventListener("htmx:timeout", function (event) { if (!quiet(event)) say("等了太久没有回音。您写的都还在，请再按一次。"); });
  document.addEventListener("htmx:beforeRequest", function (event) { if (!quiet(event)) say(""); });
  document.addEventListener("htmx:beforeOnLoad", function (event) {
    if (quiet(event) && event.detail.xhr.status !== 200) event.preventDefault();
  });
  document.addEventListener("htmx:responseError", function (event) {
    if (quiet(event)) return;
    var page = new DOMParser().parseFromString(event.detail.xhr.responseText || "", "text/html");
    var advice = page.querySelector("[data-advice]");
    say((advice ? advice.textContent.trim() : "没交上，请过一会儿再按一次。") + "您写的都还在。");
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    var wanted = event.detail.target.id;
    if (wanted === "guess" || wanted === "contact" || wanted === "looking-words") return pieceOnly(event, wanted);
    if (wanted !== "list" || event.detail.xhr.responseText.indexOf('id="list"') >= 0) return;
    event.detail.shouldSwap = false;
    window.location.assign(event.detail.xhr.responseURL);
  });

  /* Where a piece was asked for and a whole page came (signed out meanwhile, refused), what is typed here must stay. */
  function pieceOnly(event, wanted) {
    if (event.detail.xhr.responseText.indexOf("<html") < 0) return;
    event.detail.shouldSwap = false;
    if (wanted !== "contact") return;
    var page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    var advice = page.querySelector("[data-advice]");
    say((advice ? advice.textContent.trim() : "要重新登录才看得到号码，请在另一个窗口登录。") + "您写的都还在。");
  }

  /* A form goes once, however often it is pressed. */

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-boost") || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });

  /* ---- drafts: what was typed survives a bad line, a closed tab, an empty battery ---- */

  var KEPT = "draft:", SENT = "draft-sent", WEEK = 7 * 24 * 3600 * 1000;
  var store = (function () { try { return window.localStorage; } catch (refused) { return null; } })();

  function draftKey() {
    var who = document.querySelector(".who-name");
    var held = document.querySelector("[data-draft-path]"); /* a form that is sent again from another page */
    return KEPT + (who ? who.textContent : "") + ":" + (held ? held.dataset.draftPath : location.pathname);
  }

  function draftForms() {
    return all("form[method=post]").filter(function (form) { return form.querySelector("textarea:not([readonly])"); });
  }

  function typedFields(form) {
    return all("textarea:not([readonly]), input:not([type]), input[type=text]", form).filter(function (field) { return field.name; });
  }

  /* What the form points elsewhere (12388, 119) is not taken here, so nothing of it is left on the device. */
  function forgetPointed() {
    if (document.querySelector("[data-pointed]")) dropDrafts(function (key) { return key === draftKey(); });
  }

  function keepDraft(form) {
    if (!store) return;
    if (form.querySelector("[data-pointed]")) return forgetPointed();
    var typed = {}, some = false;
    typedFields(form).forEach(function (field) {
      typed[field.name] = field.value;
      if (field.tagName === "TEXTAREA" && field.value.trim().length > 3) some = true;
    });
    try {
      if (some) store.setItem(draftKey(), JSON.stringify({ at: Date.now(), form: draftForms().indexOf(form), typed: typed }));
      else store.removeItem(draftKey());
    } catch (full) { say("这台设备存不下草稿了，请尽快提交。"); }
  }

  function dropDrafts(wanted) {
    if (!store) return;
    Object.keys(store).forEach(function (key) { if (key.indexOf(KEPT) === 0 && wanted(key)) store.removeItem(key); });
  }

  function readDraft(key) {
    try { return JSON.parse(store.getItem(key)); } catch (spoiled) { return null; }
  }

  /* Really sent: another page came, or this one said that it was done. A refusal, an error page or a dead line is not that. */
  function settleDraft() {
    var sent = store && store.getItem(SENT);
    if (!sent) return;
    store.removeItem(SENT);
    var refused = document.querySelector("#errors, [data-advice], .sign-in, .field-bad");
    var elsewhere = sent !== draftKey() && sent.slice(sent.lastIndexOf(":") + 1) !== location.pathname;
    if (!refused && (elsewhere || document.querySelector(".flash:not(#said)"))) store.removeItem(sent);
  }

  function restoreDraft() {
    if (!store || document.querySelector("[data-draft-note]")) return;
    dropDrafts(function (key) { var kept = readDraft(key); return !kept || Date.now() - kept.at > WEEK; });
    var kept = readDraft(draftKey());
    var form = kept && draftForms()[kept.form];
    if (!form || typedFields(form).some(function (field) { return field.tagName === "TEXTAREA" && field.value.trim(); })) return;
    typedFields(form).forEach(function (field) {
      if (kept.typed[field.name] && !field.value.trim()) field.value = kept.typed[field.name];
    });
    var note = document.createElement("p");
    note.className = "note";
    note.setAttribute("data-draft-note", "");
    note.setAttribute("role", "status");
    note.textContent = "这是您上次写了没交上去的，已经放回来。";
    var drop = document.createElement("button");
    drop.type = "button";
    drop.className = "button-link";
    drop.textContent = "不要了";
    drop.addEventListener("click", function () {
      dropDrafts(function (key) { return key === draftKey(); });
      typedFields(form).forEach(function (field) { if (field.value === kept.typed[field.name]) field.value = ""; });
      note.remove();
    });
    note.appendChild(drop);
    form.insertBefore(note, form.firstChild);
    all("textarea", form).forEach(function (field) { field.dispatchEvent(new Event("input", { bubbles: true })); }); /* guessed anew */
  }

  document.addEventListener("input", function (event) {
    var form = event.target.closest("form[method=post]");
    if (form && draftForms().indexOf(form) >= 0) keepDraft(form);
  });

  document.addEventListener("submit", function (event) {
    if (!store) return;
    if ((event.target.getAttribute("action") || "").indexOf("/sign-out") >= 0) return dropDrafts(function () { return true; });
    if (draftForms().indexOf(event.target) < 0 || (event.submitter && event.submitter.name === "insert")) return;
    keepDraft(event.target);
    store.setItem(SENT, draftKey());
  }, true);

  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(function (failed) {
    document.addEventListener(failed, function () { if (store) store.removeItem(SENT); });
  });

  window.addEventListener("beforeprint", function () {
    all("[data-printed]").forEach(function (place) { place.textContent = "，打印于 " + new Date().toLocaleString("zh-CN"); });
  });

  function ready(event) {
    all("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
    showBulk();
    all("[data-chooser]").forEach(showChosen); /* a page that is come back to keeps what was chosen */
    settleDraft();
    forgetPointed();
    restoreDraft();
    var errors = document.getElementById("errors");
    if (errors && (!event || event.target.contains(errors))) errors.focus(); /* not when a piece elsewhere came */
  }

  document.addEventListener("htmx:afterSettle", ready);
  window.addEventListener("pageshow", ready);
  ready();
})();
