/** Holds the secret of a session. */
export const SESSION_COOKIE = 'factory_session';
