import type { IPollFunctions } from 'n8n-workflow';

import type { ListReader } from '../api/list';
import { SchoolClock } from '../values/schoolClock';

/**
 * Finds out whether the time zone of the workflow is wrong, and warns of it in n8n's log. The rows
 * that a poll reads have stamps: times by the school's clock, such as the time at which a record
 * was created. A stamp that lies in the future by the workflow's clock proves a wrong time zone.
 *
 * A poll cannot warn in another way: it shows no hints, and a wrong time zone is no reason to fail.
 */
export class ClockWatch {
	private readonly schoolClock?: SchoolClock;

	/**
	 * @param zone the time zone of the workflow, such as `Europe/Moscow`; undefined for an event to
	 * which it does not matter, and then nothing is checked
	 */
	constructor(
		private readonly context: IPollFunctions,
		zone: string | undefined,
	) {
		if (zone !== undefined) this.schoolClock = new SchoolClock(zone);
	}

	/** Makes a reader that hands all rows it reads to the clock, which looks at their stamps. */
	watch(reader: ListReader): ListReader {
		return {
			collect: async (list, options) => {
				const collected = await reader.collect(list, options);
				this.schoolClock?.checkStamps(collected.rows);
				return collected;
			},
		};
	}

	/** Logs a warning if the stamps prove that the time zone is wrong. */
	warn(): void {
		const warning = this.schoolClock?.warning;
		if (warning === undefined) return;

		const nodeName = this.context.getNode().name;
		this.context.logger.warn(`'${nodeName}': ${warning}`);
	}
}
