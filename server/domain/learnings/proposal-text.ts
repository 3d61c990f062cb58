import { neutralise } from './untrusted-markdown.ts';

export interface ProposalFacts {
  file: string;
  /** Learnings in the section. */
  learnings: number;
  askedBy: string;
  /** Pull requests that proposed this file's section before, the newest first. */
  earlier: readonly number[];
}

/** Title and body of the pull request that proposes learnings; what they say is in its diff alone. */
export function proposalText({ file, learnings, askedBy, earlier }: ProposalFacts): { title: string; body: string } {
  const body = [
    `The ${learnings === 1 ? 'learning' : `${learnings} learnings`} that the AI Software Factory keeps of this repository as approved, as a section of ${file}. ${neutralise(askedBy)} asked for it.`,
    '',
    `Agents follow what stands in ${file}: read each line before you merge. The section between its markers is replaced as a whole when it is proposed anew; all else in the file is left as it is.`,
    ...(earlier.length > 0
      ? ['', `Proposed before in ${earlier.map((number) => `#${number}`).join(', ')}: one of them that is still open can be closed.`]
      : []),
    '',
  ];
  return { title: `Learnings of the AI Software Factory in ${file}`, body: body.join('\n') };
}
