import type { RealN8n } from '../support/realN8n';
import type { Side, Stage } from '../support/stage';

export type Start = (side: Side, edit?: Parameters<typeof Stage.of>[3]) => Promise<Stage>;

/** What a job must have done in the end, whatever nodes it is built of. */
export interface Job {
	/** Of the file in examples/. */
	name: string;
	/** Prepares the account, runs the workflow on either side and asserts the outcome. */
	play: (start: Start, side: Side, real: RealN8n) => Promise<void>;
	/** What the example promises besides. */
	more?: Readonly<Record<string, (start: Start, real: RealN8n) => Promise<void>>>;
}
