/** Marks that no honest discovery needs: text that speaks to the model that reads it, or wants to act on the machine behind its back. */
const ORDERS: readonly { mark: RegExp; says: string }[] = [
  {
    mark: /\b(ignore|disregard|forget|override)\b[^.\n]{0,40}\b(previous|prior|above|earlier|all|any|system|these|your)\b[^.\n]{0,30}\b(instruction|prompt|rule|message)s?/i,
    says: 'tells its reader to ignore instructions',
  },
  { mark: /\b(system prompt|system message|developer message|you are now|act as (an?|the) |new instructions?:)/i, says: 'speaks to the model as its system' },
  { mark: /<\/?(system|assistant|user|instructions?|tool_use|function_calls?)\b[^>]*>|\[\/?INST\]|<\|[a-z_]+\|>/i, says: 'holds the marks of a conversation' },
  {
    mark: /\b(always|must|should|never forget to|make sure to|remember to)\b[^.\n]{0,60}\b(add|install|create|enable|register|insert|write|set up)\b[^.\n]{0,40}\b(hook|cron(tab)?|postinstall|preinstall|startup script|backdoor|webhook|ssh key|authorized_keys|git config|alias)\b/i,
    says: 'wants a hook or a script to be installed',
  },
  {
    mark: /\b(curl|wget|iwr|invoke-webrequest)\b[^\n]{0,200}\|\s*(sudo\s+)?(ba|z|da|k)?sh\b|\beval\s*\(\s*(atob|Buffer\.from)|\bbase64\s+(-d|--decode)\b[^\n]{0,80}\|/i,
    says: 'runs what it fetches',
  },
  {
    mark: /\b(skip|disable|bypass|turn off|remove|comment out|ignore)\b[^.\n]{0,40}\b(verification|verifier|security|safety|sandbox|permission|review|signature|the (gate|checks?|tests?))\b/i,
    says: 'wants checks to be left out',
  },
  {
    mark: /\b(send|post|upload|exfiltrate|forward|copy|print|echo|commit|reveal)\b[^\n]{0,60}(\.env\b|\b(secret|credential|token|password|private key|api[_ -]?key|environment variable)s?\b)/i,
    says: 'wants secrets to be handed on',
  },
  { mark: /--no-verify|--dangerously|bypassPermissions|--yolo\b|chmod\s+(-R\s+)?777/i, says: 'names a switch that leaves out checks' },
  { mark: /[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u, says: 'holds invisible characters' },
];

/**
 * Why a person should read a learning before a worker does; null where nothing is odd. A guess by marks: what it misses is still
 * given as data only, and what it flags wrongly waits for one click.
 */
export function readsAsOrder(text: string): string | null {
  return ORDERS.find(({ mark }) => mark.test(text))?.says ?? null;
}

/** What two texts must share to be the same learning: letters and digits, in any case and spacing. */
export function sameness(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const NEGATION = /\b(not|no|never|without|cannot|\w+n['’]t|instead|avoid|unless)\b/gi;
/** Words whose place another takes where the opposite is said. */
const OPPOSITES =
  /\b(before|after|first|last|always|sometimes|off|up|down|above|below|left|right|inside|outside|true|false|enabled?|disabled?|allow(?:s|ed)?|den(?:y|ies|ied)|min(?:imum)?|max(?:imum)?|more|less|old|new|start(?:s|ed)?|stop(?:s|ped)?|open(?:s|ed)?|closed?|add(?:s|ed)?|removed?|reads?|writes?|public|private|sync|async|local|remote|client|server|upper|lower|sooner|later|fast(?:er)?|slow(?:er)?|all|none|only|both|either)\b/gi;
const FIGURE = /\d+(\.\d+)*/g;

/** False where two texts that look alike say different things: one says the opposite, or the figures or the names of code are others. */
export function maySayTheSame(a: string, b: string): boolean {
  const words = (text: string) =>
    [NEGATION, OPPOSITES, FIGURE].map((mark) => [...text.toLowerCase().matchAll(mark)].map(([found]) => found).sort().join(' ')); // prettier-ignore
  const names = (text: string) => [...new Set(tokensOf(text).filter(looksLikeCode))].sort();
  return JSON.stringify([words(a), names(a)]) === JSON.stringify([words(b), names(b)]);
}

/** What stands between spaces and marks of sentences; names in code stay whole. */
export function tokensOf(text: string): string[] {
  return text
    .split(/[\s,;:!?"'“”‘’`()[\]{}<>]+/)
    .map((token) => token.replace(/^[.-]+|[.]+$/g, ''))
    .filter((token) => token !== '');
}

/** camelCase, snake_case, paths, flags, ERRCODES, digits: what a stemmer of English knows nothing of. */
export function looksLikeCode(token: string): boolean {
  return /[a-z][A-Z]|[_/\\.@#=-]|\d|^[A-Z]{4,}$/.test(token);
}

/** One line, without control and invisible characters: a learning is shown and given as a line. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+|[\u{e0000}-\u{e007f}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** About how many tokens a text is for a model: a quarter of its characters, rounded up. */
export function roughTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** The first ones that fit together into a budget of tokens; one that does not fit leaves room for a shorter one behind it. */
export function fitTokens<T extends { text: string }>(list: readonly T[], budget: number): T[] {
  let left = budget;
  return list.filter(({ text }) => {
    const cost = roughTokens(text) + 12; // kind and source
    if (cost > left) return false;
    left -= cost;
    return true;
  });
}
