/* Small comforts; every page works without them. */
(function () {
  "use strict";
  var openMenus = function () { return document.querySelectorAll("details.menu[open]"); };

  document.addEventListener("click", function (event) {
    openMenus().forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      openMenus().forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      var search = document.getElementById("search-everywhere");
      if (search && search.offsetParent !== null) { event.preventDefault(); search.focus(); }
    }
  });

  /* One box ticks all of the page; it is shown only where it works, also in rows that a changed filter brings. */
  var boxes = function (all) { return all.closest("table").querySelectorAll("tbody .tick input"); };
  var offerAll = function () { document.querySelectorAll(".tick-all").forEach(function (all) { all.hidden = false; }); };
  offerAll();
  document.addEventListener("htmx:afterSettle", offerAll);
  document.addEventListener("change", function (event) {
    var table = event.target.closest && event.target.closest("table");
    var all = table && event.target.closest(".tick") && table.querySelector(".tick-all");
    if (!all) return;
    if (event.target === all) boxes(all).forEach(function (box) { box.checked = all.checked; });
    var ticked = Array.from(boxes(all)).filter(function (box) { return box.checked; }).length;
    all.checked = ticked > 0 && ticked === boxes(all).length;
    all.indeterminate = ticked > 0 && !all.checked;
  });

  /* A form sent twice acts once (its own key), but the second press should not even leave. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "true";
    window.setTimeout(function () { delete form.dataset.sent; }, 5000);
  });
})();
