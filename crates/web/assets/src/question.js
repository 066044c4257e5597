// Questions that other answers make superfluous are folded away while the sheet is filled in. What was typed in them stays
// and is sent; the server decides the same by itself.

const chosen = (id) => new Set(
  [...document.getElementsByName(`answer.${id}`)].filter((one) => one.checked).map((one) => one.value),
);

// A question that is not asked cannot make another one asked.
function holds(block, seen) {
  const when = block.dataset.when;
  if (!when) return true;
  if (seen.has(block)) return true;
  seen.add(block);
  return when.split(';').every((one) => {
    const [question, codes] = one.split('=');
    const asked = document.querySelector(`[data-question="${CSS.escape(question)}"]`);
    if (!asked) return !block.classList.contains('not-asked');
    if (!asked.querySelector('input')) return !block.classList.contains('not-asked');
    const there = chosen(question);
    return holds(asked, seen) && codes.split(',').some((code) => there.has(code));
  });
}

function fold() {
  for (const block of document.querySelectorAll('[data-when]')) {
    const on = holds(block, new Set());
    block.classList.toggle('folded', !on);
  }
}

// "None of these" and the choices exclude one another.
function alone(event) {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || box.type !== 'checkbox' || !box.name.startsWith('answer.') || !box.checked) return;
  for (const other of document.getElementsByName(box.name)) {
    if (other !== box && (box.value === '-' || other.value === '-')) other.checked = false;
  }
}

document.addEventListener('change', alone, true);
document.addEventListener('change', fold);
document.addEventListener('htmx:after:swap', fold);
fold();
