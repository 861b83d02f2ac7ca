import { DataDeduplicationService } from 'n8n-core';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { ProcessedDataTable } from '../../support/processedData';
import type { RunResult } from './engine';
import type { School } from './school';

/** Waits until a condition holds, for 20 seconds at most. */
export async function waitUntil(condition: () => boolean): Promise<void> {
	for (let tries = 0; !condition(); tries++) {
		if (tries > 4_000) throw new Error('The condition never held');
		await sleep(5);
	}
}

/**
 * Another n8n process with the same workflow. It holds the lock of the node while it works, and n8n's
 * database is all that it shares with this process.
 */
class OtherProcess {
	/** n8n's table of processed data, in which the lock is a row. */
	private database = new ProcessedDataTable();
	/** Each test has a workflow of its own, because this process keeps a lock for a moment. */
	private workflowCount = 0;

	constructor(private readonly school: School) {}

	/** Gives n8n its database, as a start of n8n does. */
	async connectDatabase(): Promise<void> {
		const helpers = () => this.database.makeHelpers({ latency: () => 0 });
		await DataDeduplicationService.init({
			checkProcessedAndRecord: async (items, scope, _context, options) =>
				await helpers().checkProcessedAndRecord(items, scope, options),
			getProcessedDataCount: async (scope, _context, options) =>
				await helpers().getProcessedDataCount(scope, options),
			clearAllProcessedItems: async (scope, _context, options) =>
				await helpers().clearAllProcessedItems(scope, options),
			removeProcessed: async () => await Promise.reject(new Error('The node does not use this')),
		});
	}

	/** Begins with an empty table and a new workflow. */
	reset(): void {
		this.database = new ProcessedDataTable();
		this.workflowCount += 1;
	}

	/** Runs a form in this process, whatever comes of it. */
	async runHere(form: INodeParameters, items: IDataObject[] = [{}]): Promise<RunResult> {
		const workflow = `beside ${this.workflowCount}`;
		return await this.school.engine.run({ parameters: form, items, workflow });
	}

	/**
	 * Runs a form in this process while the other one has the lock. As soon as this process waits for
	 * the lock, the other one does its work and lets the lock go.
	 */
	async runBeside(work: () => void, form: INodeParameters, items: IDataObject[] = [{}]): Promise<RunResult> {
		await this.waitUntilLockIsFree();
		this.database.insertLockedRow();
		const entryCount = this.database.entryCount;
		const running = this.runHere(form, items);
		// A process that waits adds an entry to the row.
		await waitUntil(() => this.database.entryCount > entryCount);

		work();
		this.database.deleteRow();
		const result = await running;

		await this.waitUntilLockIsFree();
		return result;
	}

	/** Waits until no process has the lock. This process keeps it for a moment after its work. */
	private async waitUntilLockIsFree(): Promise<void> {
		await waitUntil(() => this.database.entryCount === 0);
	}
}

/** Lets another n8n process share the database with this one, in a file or a describe. */
export function useOtherProcess(school: School): OtherProcess {
	const otherProcess = new OtherProcess(school);
	beforeAll(async () => await otherProcess.connectDatabase());
	beforeEach(() => otherProcess.reset());
	return otherProcess;
}
