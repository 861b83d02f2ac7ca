import type { IPollFunctions } from 'n8n-workflow';

import type { ListReader } from '../api/list';
import { SchoolClock } from '../values/schoolClock';

/**
 * Warns in n8n's log if the lists of a poll prove that the time zone of the workflow is wrong. A
 * poll can show nothing else that is no failure.
 */
export class ClockWatch {
	private readonly schoolClock?: SchoolClock;

	/**
	 * @param zone the time zone of the workflow; undefined for an event to which it does not matter
	 */
	constructor(
		private readonly context: IPollFunctions,
		zone: string | undefined,
	) {
		if (zone !== undefined) this.schoolClock = new SchoolClock(zone);
	}

	/** Makes a reader that notes the stamps of all rows it reads. */
	watch(reader: ListReader): ListReader {
		return {
			collect: async (list, options) => {
				const collected = await reader.collect(list, options);
				this.schoolClock?.note(collected.rows);
				return collected;
			},
		};
	}

	/** Logs a warning if the stamps prove that the time zone is wrong. */
	warn(): void {
		const warning = this.schoolClock?.warning;
		if (warning !== undefined)
			this.context.logger.warn(`'${this.context.getNode().name}': ${warning}`);
	}
}
