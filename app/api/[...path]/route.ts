import { AppError } from '../../../server/domain/app-error.ts';
import { errorAnswer } from '../rest.ts';

/** What the API does not have is said in its own words: a page would be no answer for a program. */
function nothing(request: Request): Response {
  return errorAnswer(
    new AppError('not_found', `There is no ${request.method} ${new URL(request.url).pathname.slice(0, 200)}: GET /api/openapi.json says what there is.`),
  );
}

export { nothing as GET, nothing as POST, nothing as PUT, nothing as PATCH, nothing as DELETE };
