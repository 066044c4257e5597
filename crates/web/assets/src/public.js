// What every page has, those of visitors too: they load nothing else.

// What a tab keeps of an unsaved text (draft.js) is its writer's alone, and ends with the sign-out.
function tidy() {
  const { user } = document.body.dataset;
  const out = sessionStorage.getItem('renkei-out') && !user;
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith('renkei:') && (out || (user && !name.startsWith(`renkei:${user}:`)))) sessionStorage.removeItem(name);
  }
  sessionStorage.removeItem('renkei-out');
}
document.addEventListener('submit', (event) => {
  if (event.target.getAttribute?.('action') === '/logout') sessionStorage.setItem('renkei-out', '1');
}, true);
tidy();

document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-print]')) print();
});

// Where one is goes into the fields of a form, rounded to some hundred metres, and nowhere else.
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-here]');
  if (!button || !navigator.geolocation) return;
  button.setAttribute('aria-busy', 'true');
  const done = () => button.removeAttribute('aria-busy');
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    done();
    const field = document.getElementById(button.dataset.here);
    field.value = `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`;
    field.focus();
  }, done);
});
// Buttons that only work with a script show themselves with it.
for (const button of document.querySelectorAll('button[data-print][hidden], button[data-here][hidden]')) {
  button.hidden = button.dataset.here !== undefined && !navigator.geolocation;
}

// Two fingers make a map larger in its own box, around what is between them. The switch above it says which it is.
const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
for (const box of document.querySelectorAll('.map > input.larger ~ .map-scroll')) {
  const svg = box.querySelector('svg');
  const larger = box.parentElement.querySelector('input.larger');
  let start;
  larger.addEventListener('change', () => svg.removeAttribute('style'));
  box.addEventListener('touchstart', ({ touches }) => {
    start = touches.length === 2 && { far: spread(touches), wide: svg.clientWidth };
  }, { passive: true });
  box.addEventListener('touchmove', (event) => {
    if (!start || event.touches.length !== 2) return;
    event.preventDefault();
    const [a, b] = event.touches;
    const { left, top } = box.getBoundingClientRect();
    const [x, y] = [(a.clientX + b.clientX) / 2 - left, (a.clientY + b.clientY) / 2 - top];
    const wide = Math.min(Math.max(start.wide * spread(event.touches) / start.far, box.clientWidth), 3000);
    const grown = wide / svg.clientWidth;
    larger.checked = wide > box.clientWidth * 1.2;
    svg.style.width = `${wide}px`;
    box.scrollLeft = (box.scrollLeft + x) * grown - x;
    box.scrollTop = (box.scrollTop + y) * grown - y;
  }, { passive: false });
}
