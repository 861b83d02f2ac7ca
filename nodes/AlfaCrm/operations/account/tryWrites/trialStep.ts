/**
 * The types of a trial, which is one run of *Account → Try Writes*. A trial writes a test lead, and
 * records that belong to the lead, in steps such as `create lead` and `add comment`. At the end,
 * removals delete the records.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Item } from '../../../run/item';
import type { TestSignature } from './testSignature';
import type { RecordKind } from './recordInventory';
import type { Secrets } from './secrets';
import type { TestRecords } from './testRecords';
import type { TrialOperations } from './trialOperations';

/** The objects that the steps of one trial use. */
export interface Trial {
	/** The user's item that started the trial. */
	item: Item;
	/** The branch in which the trial writes. */
	branch: number;
	/** The group that the test lead joins, if the user has chosen a group. */
	groupId?: number;
	/** The day on which the trial began, by the clock of the workflow: `yyyy-mm-dd`. */
	trialDay: string;
	/** The text by which the trial recognizes its records. */
	signature: TestSignature;
	/** Executes operations of the node for the trial. */
	operations: TrialOperations;
	/** Reads the records that the trial has written. */
	records: TestRecords;
	/** The words that must not appear in the report. */
	secrets: Secrets;
}

/** How AlfaCRM answered a write. A call that failed or got no answer counts as refused. */
export type WriteAnswer =
	| {
			outcome: 'confirmed';
			/** The ID of the new record, if the answer names it. */
			createdId?: number;
	  }
	| {
			outcome: 'refused';
			/** Says what went wrong, and quotes AlfaCRM. */
			refusal: string;
			/**
			 * The fields that AlfaCRM accepted when each field was sent alone, after it had refused all
			 * fields together. Only *update lead* sends fields alone.
			 */
			acceptedFields?: IDataObject;
	  };

/**
 * The answer to a write that creates nothing, or whose new ID is not needed. Operations throw an
 * error unless AlfaCRM confirms the write, so a step returns this after its operation.
 */
export const CONFIRMED: WriteAnswer = { outcome: 'confirmed' };

/** What AlfaCRM shows after a write. */
export interface ReadBack {
	/** Whether AlfaCRM shows that it has carried out the write. */
	isCarriedOut: boolean;
	/**
	 * If the write was not carried out: the words that complete the sentence `AlfaCRM confirmed it,
	 * but …`, such as `shows the lead as active`. The default is `does not show it`.
	 */
	contradiction?: string;
	/** Sentences that say how the record differs from what was sent. */
	problems?: string[];
}

/** One write that is tried, and how to find out whether AlfaCRM has carried it out. */
export interface TrialStep {
	/** The name of the step in the report, such as `create lead`. */
	name: string;
	/** The kind of record that is written. */
	kind: RecordKind;
	/**
	 * Whether the step creates a record; undefined means no. A new record that cannot be read back
	 * may be in AlfaCRM all the same, and the report says so.
	 */
	createsRecord?: boolean;
	/** Says why the step cannot be tried; undefined if it can. */
	findReasonToSkip?(trial: Trial): string | undefined;
	/** Sends the write by an operation of the node. An error counts as a refusal. */
	write(trial: Trial): Promise<WriteAnswer>;
	/** Reads what AlfaCRM shows now. */
	readBack(trial: Trial, answer: WriteAnswer): Promise<ReadBack>;
}

/**
 * How to delete the records of one kind when the trial is over. `takeBack.ts` makes a step of each
 * removal.
 */
export interface Removal {
	/** The name of the step in the report, such as `delete lead`. */
	name: string;
	/** The kind of record that is deleted. */
	kind: RecordKind;
	/** Deletes one record. An error counts as a refusal. */
	remove(trial: Trial, id: number): Promise<void>;
	/**
	 * Says what AlfaCRM shows if a record is still there: the `contradiction` of `ReadBack`. The
	 * default is `shows it still`.
	 */
	describeContradiction?(trial: Trial): string;
}
