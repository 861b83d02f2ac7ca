import { DataDeduplicationService } from 'n8n-core';
import { sleep } from 'n8n-workflow';

import { LockRow } from '../../../nodes/AlfaCrm/api/lockRow';
import { ProcessedRows } from '../../support/processedData';

interface OtherProcesses {
	/** What n8n's database holds for the node; each test begins without a row. */
	rows: ProcessedRows;
	/** The lock of the node, as another process sees it. */
	otherProcess: () => LockRow;
	/** This process keeps the lock for a moment. */
	untilFree: () => Promise<void>;
}

/** n8n's database, for the lock that the node has over all processes. */
export function useOtherProcesses(): OtherProcesses {
	const helpersNow = () => processes.rows.helpersOf({ latency: () => 0 });
	const otherProcess = () => new LockRow(helpersNow());
	const untilFree = async () => {
		while ((await otherProcess().size()) > 0) await sleep(5);
	};
	const processes: OtherProcesses = { rows: new ProcessedRows(), otherProcess, untilFree };
	beforeAll(async () => {
		await DataDeduplicationService.init({
			checkProcessedAndRecord: async (items, scope, _context, options) =>
				await helpersNow().checkProcessedAndRecord(items, scope, options),
			getProcessedDataCount: async (scope, _context, options) =>
				await helpersNow().getProcessedDataCount(scope, options),
			clearAllProcessedItems: async (scope, _context, options) =>
				await helpersNow().clearAllProcessedItems(scope, options),
			removeProcessed: async () => await Promise.reject(new Error('The node does not use this')),
		});
	});
	beforeEach(() => {
		processes.rows = new ProcessedRows();
	});
	return processes;
}
