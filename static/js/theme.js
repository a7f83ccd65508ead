// Light or dark, decided before the first paint: address, then this browser's choice, then the system's.
(() => {
  const asked = new URLSearchParams(location.search).get("theme");
  let kept = null;
  try { kept = localStorage.getItem("theme"); } catch { /* storage is forbidden in some private windows */ }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const wanted = [asked, kept].find((t) => t === "light" || t === "dark") || system;
  document.documentElement.dataset.theme = wanted;
})();
