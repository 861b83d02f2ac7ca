import { sleep } from 'n8n-workflow';

import type { ProcessedData } from '../../nodes/AlfaCrm/api/databaseRow';

/** The connection of one n8n process to the database. */
interface DatabaseConnection {
	/**
	 * Computes the milliseconds that the database takes for a statement. A statement that reads has no entries.
	 */
	latency: (entries: readonly unknown[]) => number;
	/**
	 * Waits until the process can use the database: not while the process stands still, and never after it was
	 * killed. Throws while the database is away.
	 */
	waitUntilReady?: () => Promise<void>;
}

/**
 * n8n's table of processed data, in a database that several n8n processes share. The node keeps its lock in a
 * row of this table. As in n8n 2.41, a new row is inserted under a primary key, and an existing row is read
 * whole and written whole.
 */
export class ProcessedDataTable {
	private rowEntries?: unknown[];
	/** Statements that the database has received so far. */
	statementCount = 0;

	/** Counts the entries in the row of the node. Without a row it is 0. */
	get entryCount(): number {
		return this.rowEntries?.length ?? 0;
	}

	/** Inserts the row of the node, as another process does when it takes the lock. */
	insertLockedRow(): void {
		this.rowEntries = ['locked', 'its mark'];
	}

	/** Deletes the row of the node, as another process does when it gives the lock back. */
	deleteRow(): void {
		this.rowEntries = undefined;
	}

	/** Makes the helpers for processed data that n8n gives a node in a process with this connection. */
	makeHelpers(connection: DatabaseConnection): ProcessedData {
		return {
			checkProcessedAndRecord: async (items) => await this.addItems(connection, items.map(String)),
			getProcessedDataCount: async () => await this.runStatement(connection, () => this.entryCount),
			clearAllProcessedItems: async () => await this.runStatement(connection, () => this.deleteRow()),
		};
	}

	/** Reads the row in one statement, and writes it with the new items in another one. */
	private async addItems(connection: DatabaseConnection, items: string[]) {
		const knownEntries = await this.runStatement(connection, () => this.rowEntries);
		const newItems = items.filter((item) => knownEntries?.includes(item) !== true);
		const processedItems = items.filter((item) => knownEntries?.includes(item));

		const write = () => this.writeRow(knownEntries, newItems);
		await this.runStatement(connection, write, items);

		return { new: newItems, processed: processedItems };
	}

	/**
	 * Inserts the row if it was missing when it was read. Updates it otherwise, unless it was deleted since.
	 */
	private writeRow(knownEntries: unknown[] | undefined, newItems: readonly unknown[]): void {
		if (knownEntries === undefined) {
			if (this.rowEntries !== undefined) throw new Error('UNIQUE constraint failed');
			this.rowEntries = [...newItems];
			return;
		}
		if (this.rowEntries !== undefined) {
			this.rowEntries = [...knownEntries, ...newItems];
		}
	}

	/** Runs a statement halfway through the time that the database takes for it. */
	private async runStatement<T>(
		{ latency, waitUntilReady }: DatabaseConnection,
		run: () => T,
		entries: readonly unknown[] = [],
	): Promise<T> {
		await waitUntilReady?.();
		this.statementCount += 1;
		await sleep(latency(entries) / 2);
		const result = run();
		await sleep(latency(entries) / 2);
		await waitUntilReady?.();
		return result;
	}
}
