import { sleep } from 'n8n-workflow';

import type { ProcessedData } from '../../nodes/AlfaCrm/api/databaseRow';

interface Connection {
	/** Milliseconds that the database takes for a statement that writes these entries, or none. */
	latency: (entries: readonly unknown[]) => number;
	/** Waits while the process stands still, for ever once it was killed; throws while the database is away. */
	ready?: () => Promise<void>;
}

/**
 * The rows of what nodes have processed, in a database that several n8n processes share, as n8n 2.41 writes them: it
 * inserts a row under a primary key, and otherwise reads it and writes it whole afterwards.
 */
export class ProcessedRows {
	private entries?: unknown[];
	/** Statements so far. */
	statements = 0;

	/** How many entries the row of the node has; 0 where there is none. */
	get size(): number {
		return this.entries?.length ?? 0;
	}

	/** The row as a process has inserted it that holds the lock. */
	hold(): void {
		this.entries = ['locked', 'its mark'];
	}

	remove(): void {
		this.entries = undefined;
	}

	/** The helpers that n8n gives a node in one of the processes. */
	helpersOf({ latency, ready = async () => await Promise.resolve() }: Connection): ProcessedData {
		const statement = async <T>(run: () => T, entries: readonly unknown[] = []): Promise<T> => {
			await ready();
			this.statements += 1;
			await sleep(latency(entries) / 2);
			const result = run();
			await sleep(latency(entries) / 2);
			await ready();
			return result;
		};
		return {
			checkProcessedAndRecord: async (items) => {
				const known = await statement(() => this.entries);
				const added = items.filter((item) => known?.includes(item) !== true);
				await statement(() => {
					if (known === undefined && this.entries !== undefined) throw new Error('UNIQUE constraint failed');
					if (known === undefined || this.entries !== undefined) this.entries = [...(known ?? []), ...added];
				}, items);
				return { new: added, processed: items.filter((item) => known?.includes(item)) };
			},
			getProcessedDataCount: async () => await statement(() => this.size),
			clearAllProcessedItems: async () => await statement(() => this.remove()),
		};
	}
}
