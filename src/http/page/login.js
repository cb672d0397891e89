// @ts-check
/**
 * Signing in without losing sight of the form when the password was wrong. It stands alone: nobody is signed in yet,
 * so the other modules are not to be had.
 */

const form = document.querySelector('form');
const password = document.querySelector('input');
const problem = document.querySelector('.problem');

form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  complain('');
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      // Not the FormData itself: the server gets what the bare form would send.
      body: new URLSearchParams({ password: password?.value ?? '' }),
    });
    if (response.ok) {
      location.replace('/');
      return;
    }
    const answer = await response.json().catch(() => undefined);
    complain(answer?.code === 'slow-down' ? answer.detail : 'That is not the password.');
    password?.select();
  } catch {
    complain('Strut can’t be reached just now. Try again.');
  }
});

/** @param {string} text */
function complain(text) {
  if (!(problem instanceof HTMLElement)) return;
  problem.hidden = text === '';
  problem.textContent = text;
}
