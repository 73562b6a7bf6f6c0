// Live search: a form marked `data-live="#target"` refreshes its results while one types or ticks.
// Without this module, its button does the same.

const PAUSE = 250;

for (const form of document.querySelectorAll("form[data-live]")) {
  const said = document.querySelector("[data-said]");
  let timer;
  let asked = 0;

  async function refresh() {
    const turn = ++asked;
    const fields = [...new FormData(form)].filter(([, value]) => value !== "");
    const address = `${form.action}?${new URLSearchParams(fields)}`;
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || turn !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== asked) return;
    const fresh = page.querySelector(form.dataset.live);
    const shown = document.querySelector(form.dataset.live);
    if (!fresh || !shown) return;
    shown.replaceChildren(...fresh.childNodes);
    document.title = page.title;
    history.replaceState(null, "", address);
    if (said) said.textContent = shown.querySelector("h2")?.textContent ?? "";
  }

  // What is ticked to be compared changes no result: it is kept in the address, and in the links to the other pages.
  function keep() {
    const ticked = [...form.querySelectorAll("[name=fiche]:checked")].map((box) => box.value);
    const holding = (href) => {
      const address = new URL(href, location);
      address.searchParams.delete("fiche");
      for (const slug of ticked) address.searchParams.append("fiche", slug);
      return address.href;
    };
    history.replaceState(null, "", holding(location.href));
    for (const link of form.querySelectorAll(".pages a")) link.href = holding(link.href);
  }

  form.addEventListener("input", (event) => {
    if (event.target.name === "fiche") return keep();
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
}
