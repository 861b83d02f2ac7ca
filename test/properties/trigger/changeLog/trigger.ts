import type { IDataObject } from 'n8n-workflow';

import type { PollResult } from '../../../../nodes/AlfaCrm/trigger/eventSource';
import { ChangeLog } from '../../../../nodes/AlfaCrm/trigger/sources/changeLog/changeLog';
import type { Account } from './account';
import type { TriggerSettings } from './histories';

/** The branches that a poll has read, and the items that it has reported. */
export interface PollReport {
	isFirst: boolean;
	/** The watched branches whose logs could be read. */
	readBranches: number[];
	/** The watched branches whose logs could not be read. */
	failedBranches: number[];
	/** The rows of the entries that were reported. */
	reportedRows: IDataObject[];
	/** True if the poll reported everything that it has read. */
	isEverythingReported: boolean;
	/**
	 * True if the poll reported as many entries as it may. It may not have read the youngest entries of a long
	 * log then.
	 */
	isFull: boolean;
	/** True if n8n has saved the state after the poll. */
	isStateSaved: boolean;
}

/** A workflow in n8n that begins with a trigger for changes. It stores its state as n8n does. */
export class Trigger {
	/** The number of characters of the largest state so far. */
	largestState = 0;
	private state: unknown;
	private savedState: unknown;
	/** Whether the next poll belongs to the activation of the workflow, after which n8n saves the state. */
	private isActivation = true;

	constructor(
		private readonly account: Account,
		public settings: TriggerSettings,
	) {}

	/** Lists the branches that the user has chosen, or all open ones. */
	listWatchedBranches(): number[] {
		const { chosenBranches } = this.settings;
		return chosenBranches.length > 0 ? chosenBranches : this.account.listOpenBranches();
	}

	/** Tells whether the user wants changes of a class of records, such as "Customer". */
	wantsClass(entity: string): boolean {
		const classes: readonly string[] = this.settings.classes;
		return classes.length === 0 || classes.includes(entity);
	}

	/**
	 * Polls once.
	 *
	 * @returns undefined if a first poll could not read every branch, for then n8n does not activate the
	 * workflow
	 * @throws the failure of the poll; n8n keeps nothing of such a poll
	 */
	async poll(): Promise<PollReport | undefined> {
		const isFirst = this.state === undefined;
		const watchedBranches = this.listWatchedBranches();
		const { maxRecords } = this.settings;

		const { records, failures, stateAfter } = await this.readSource(watchedBranches);
		if (isFirst && failures.size > 0) return undefined;

		const reported = records.slice(0, maxRecords);
		const isStateSaved = reported.length > 0 || this.isActivation;
		this.storeState(stateAfter(reported.length), { isStateSaved });
		return {
			isFirst,
			readBranches: watchedBranches.filter((branch) => !failures.has(branch)),
			failedBranches: [...failures.keys()],
			reportedRows: reported.map(({ row }) => row),
			isEverythingReported: reported.length === records.length,
			isFull: reported.length === maxRecords,
			isStateSaved,
		};
	}

	/** Reads the logs of the watched branches once, from the stored state. */
	private async readSource(branches: number[]): Promise<PollResult> {
		const { chosenBranches, classes, maxRecords } = this.settings;
		const source = new ChangeLog(({ entity }) => this.wantsClass(entity), {});
		const request = {
			client: this.account.lists.client,
			reader: this.account.lists.reader,
			deadline: Infinity,
			now: this.account.now,
			branches,
			branchesDigest: String(chosenBranches),
			filtersDigest: String(classes),
			maxRecords,
			firstReportCount: 0,
		};
		return await source.poll(request, this.state);
	}

	/** Keeps the state in memory, in the form of text. n8n saves it only after some polls. */
	private storeState(state: unknown, { isStateSaved }: { isStateSaved: boolean }): void {
		const stateAsText = JSON.stringify(state);
		this.largestState = Math.max(this.largestState, stateAsText.length);
		this.state = JSON.parse(stateAsText);
		if (isStateSaved) {
			this.savedState = this.state;
		}
		this.isActivation = false;
	}

	/** Changes the settings. n8n saves the state when it activates the workflow anew. */
	changeSettings(settings: Partial<TriggerSettings>): void {
		this.settings = { ...this.settings, ...settings };
		this.savedState = this.state;
		this.isActivation = true;
	}

	/** Starts n8n again, with the state that it has saved. */
	restart(): void {
		this.state = this.savedState;
	}
}
