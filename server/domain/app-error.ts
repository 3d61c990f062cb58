/** What can go wrong for a caller; mapped once to tRPC and once to REST. */
export type AppErrorCode =
  | 'bad_request' // 400
  | 'unauthorized' // 401
  | 'forbidden' // 403
  | 'not_found' // 404
  | 'conflict' // 409
  | 'too_large' // 413
  | 'not_ready' // 422: well formed, but not true yet
  | 'unavailable'; // 503: another part is down, try again

export interface AppErrorDetail {
  cause?: unknown;
  /** The wrong field of the input. */
  field?: string;
  /** The state that the thing is in, where that is why. */
  state?: string;
}

/** An error whose message was written for the person who sees it. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly field: string | undefined;
  readonly state: string | undefined;

  constructor(code: AppErrorCode, message: string, detail: AppErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'AppError';
    this.code = code;
    this.field = detail.field;
    this.state = detail.state;
  }
}

/** HTTP status of each code. */
export const HTTP_STATUS: Record<AppErrorCode, number> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  not_ready: 422,
  unavailable: 503,
};
