/** Says `hidden` in a browser where somebody hid the first steps. A cookie, so that the page comes without them and nothing jumps. */
export const FIRST_STEPS_COOKIE = 'factory_first_steps';
