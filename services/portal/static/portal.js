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

  /* A form sent twice acts once (its own key), but the second press should not even leave. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "true";
    window.setTimeout(function () { delete form.dataset.sent; }, 5000);
  });
})();
