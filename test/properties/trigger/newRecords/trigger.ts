import type { IDataObject } from 'n8n-workflow';

import type { NewRecord, PollResult } from '../../../../nodes/AlfaCrm/trigger/eventSource';
import { NewRecords } from '../../../../nodes/AlfaCrm/trigger/sources/newRecords/newRecords';
import { CUSTOMER_TYPE } from '../../../support/codes';
import type { Account } from './account';
import type { ChosenType, History, TriggerSettings } from './histories';

/** The branches that a poll has read, and the records that it has reported. */
export interface PollReport {
	isFirst: boolean;
	/** The watched branches that could be read. */
	readBranches: number[];
	/** The watched branches that could not be read. */
	failedBranches: number[];
	reported: NewRecord[];
	/** True if nothing was left to the next poll. */
	isEverythingReported: boolean;
	/** True if n8n has saved the state after the poll. */
	isStateSaved: boolean;
}

/** The stored state of the trigger, as far as the properties look into it. */
interface StoredState {
	/** The ID up to which every customer is old, so that the trigger remembers none of them. */
	mark: number;
	/** IDs above the mark as ranges, such as "501-503,507". */
	told: string;
	unwanted: string;
}

/** A workflow in n8n that begins with a trigger for new customers. It stores its state as n8n does. */
export class Trigger {
	settings: TriggerSettings;
	private readonly firstReportCount: number;
	private state: unknown;
	private savedState: unknown;
	/** Whether the next poll belongs to the activation of the workflow, after which n8n saves the state. */
	private isActivation = true;

	constructor(
		private readonly account: Account,
		{ settings, firstReportCount }: Pick<History, 'firstReportCount' | 'settings'>,
	) {
		this.settings = settings;
		this.firstReportCount = firstReportCount;
	}

	/** Lists the branches that the user has chosen, or all open ones. */
	listWatchedBranches(): number[] {
		const { chosenBranches } = this.settings;
		return chosenBranches.length > 0 ? chosenBranches : this.account.listOpenBranches();
	}

	/** Tells whether the user wants to hear of leads, or of clients. */
	wantsType(type: ChosenType): boolean {
		const { customerType } = this.settings;
		return customerType === CUSTOMER_TYPE.all || customerType === type;
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
		const firstReportCount = isFirst ? this.firstReportCount : 0;
		const watchedBranches = this.listWatchedBranches();

		const { records, failures, stateAfter } = await this.readSource(watchedBranches, firstReportCount);
		if (isFirst && failures.size > 0) return undefined;

		const reported = records.slice(0, Math.max(this.settings.maxRecords, firstReportCount));
		const isStateSaved = reported.length > 0 || this.isActivation;
		this.storeState(stateAfter(reported.length), { isStateSaved });
		return {
			isFirst,
			readBranches: watchedBranches.filter((branch) => !failures.has(branch)),
			failedBranches: [...failures.keys()],
			reported,
			isEverythingReported: reported.length === records.length,
			isStateSaved,
		};
	}

	/** Reads the lists of the watched branches once, from the stored state. */
	private async readSource(branches: number[], firstReportCount: number): Promise<PollResult> {
		const { chosenBranches, customerType, maxRecords } = this.settings;
		const request = {
			client: this.account.lists.client,
			reader: this.account.lists.reader,
			deadline: Infinity,
			now: this.account.now,
			branches,
			branchesDigest: String(chosenBranches),
			filtersDigest: String(customerType),
			maxRecords,
			firstReportCount,
		};
		return await this.makeSource().poll(request, this.state);
	}

	/** Keeps the state in memory, in the form of text. n8n saves it only after some polls. */
	private storeState(state: unknown, { isStateSaved }: { isStateSaved: boolean }): void {
		this.state = JSON.parse(JSON.stringify(state));
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

	/** Reads the state after the last poll; undefined if no poll has succeeded yet. */
	readState(): StoredState | undefined {
		return this.state as StoredState | undefined;
	}

	/** Makes the source of the trigger with the filters of its settings. */
	private makeSource(): NewRecords {
		const filters: IDataObject = { is_study: CUSTOMER_TYPE.all };
		if (this.settings.includesArchived) {
			filters.removed = 1;
		}
		return new NewRecords({ path: 'customer', task: 'look for new customers' }, filters, ({ is_study }) =>
			this.wantsType(is_study as ChosenType),
		);
	}
}
