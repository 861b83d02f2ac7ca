import type { IPollFunctions } from 'n8n-workflow';

import type { ListReader } from '../api/list';
import { SchoolClock } from '../values/schoolClock';

/**
 * Finds out from the rows that a poll reads whether the time zone of the workflow is wrong, and
 * warns of it in n8n's log. A poll has no other way to tell the user something: it shows no hints,
 * and this is no failure.
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
		if (warning === undefined) return;

		this.context.logger.warn(`'${this.context.getNode().name}': ${warning}`);
	}
}
