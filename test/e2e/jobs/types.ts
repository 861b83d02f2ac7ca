import type { RealN8n } from '../support/realN8n';
import type { Side, Example } from '../support/example';

export type ImportExample = (side: Side, edit?: Parameters<typeof Example.import>[3]) => Promise<Example>;

/** What a job must have done in the end, whatever nodes it is built of. */
export interface Job {
	/** Of the file in examples/. */
	name: string;
	/** Prepares the account, runs the workflow on either side and asserts the outcome. */
	play: (start: ImportExample, side: Side, real: RealN8n) => Promise<void>;
	/** What the example promises besides. */
	otherPromises?: Readonly<Record<string, (start: ImportExample, real: RealN8n) => Promise<void>>>;
}
