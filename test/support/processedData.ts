import { sleep } from 'n8n-workflow';

import type { ProcessedData } from '../../nodes/AlfaCrm/api/lockRow';

interface Connection {
	/** Milliseconds that the database takes for a statement. */
	latency: () => number;
	/** False once the process was killed: what it has not sent is never sent, and it sees no answer. */
	isAlive?: () => boolean;
}

/**
 * The rows of what nodes have processed, in a database that several n8n processes share, as n8n 2.41 writes them: it
 * inserts a row under a primary key, and otherwise reads it and writes it whole afterwards.
 */
export class ProcessedRows {
	private entries?: unknown[];
	/** Statements so far. */
	statements = 0;

	/** The helpers that n8n gives a node in one of the processes. */
	helpersOf({ latency, isAlive = () => true }: Connection): ProcessedData {
		const statement = async <T>(run: () => T): Promise<T> => {
			if (!isAlive()) return await new Promise<T>(() => {});
			this.statements += 1;
			await sleep(latency() / 2);
			const result = await new Promise<T>((resolve, reject) => {
				try {
					resolve(run());
				} catch (error) {
					reject(error as Error);
				}
			});
			await sleep(latency() / 2);
			return isAlive() ? result : await new Promise<T>(() => {});
		};
		return {
			checkProcessedAndRecord: async (items) => {
				const known = await statement(() => this.entries && [...this.entries]);
				const added = items.filter((item) => known?.includes(item) !== true);
				if (known === undefined) {
					await statement(() => {
						if (this.entries !== undefined) throw new Error('UNIQUE constraint failed');
						this.entries = [...items];
					});
					return { new: items, processed: [] };
				}
				await statement(() => {
					if (this.entries !== undefined) this.entries = [...known, ...added];
				});
				return { new: added, processed: items.filter((item) => known.includes(item)) };
			},
			getProcessedDataCount: async () => await statement(() => this.entries?.length ?? 0),
			clearAllProcessedItems: async () => {
				await statement(() => (this.entries = undefined));
				return undefined;
			},
		};
	}
}
