import type { IDataObject } from 'n8n-workflow';

import type { Item } from '../../../run/item';
import type { TestSignature } from './testSignature';
import type { RecordKind } from './presentRecords';
import type { Secrets } from './secrets';
import type { TestRecords } from './testRecords';
import type { TrialOperations } from './trialOperations';

/** The objects that the steps of one trial use. */
export interface Trial {
	item: Item;
	branch: number;
	/** The group that the lead joins, if the user has chosen one. */
	groupId?: number;
	/** Today, by the clock of the workflow: `yyyy-mm-dd`. */
	day: string;
	/** The text by which the trial recognizes its records. */
	signature: TestSignature;
	operations: TrialOperations;
	records: TestRecords;
	/** The words that must not appear in the report. */
	secrets: Secrets;
}

/**
 * How AlfaCRM answered a write. A call that failed or whose answer was lost counts as refused.
 */
export type WriteAnswer =
	| {
			outcome: 'confirmed';
			/** The ID of the new record, as the answer names it. */
			createdId?: number;
	  }
	| {
			outcome: 'refused';
			/** What went wrong, and what AlfaCRM said. */
			refusal: string;
			/**
			 * The fields that AlfaCRM accepted when each was sent alone, after it had refused them
			 * together. Only *update lead* sends fields alone.
			 */
			acceptedFields?: IDataObject;
	  };

/** The answer to a write that creates nothing, or whose new ID is not needed. */
export const CONFIRMED: WriteAnswer = { outcome: 'confirmed' };

/** What AlfaCRM shows after a write. */
export interface ReadBack {
	/** Whether the write was carried out. */
	isDone: boolean;
	/**
	 * Ends the sentence `AlfaCRM confirmed it, but …` if the write was not carried out, such as
	 * `shows the lead as active`. The default is `does not show it`.
	 */
	shownInstead?: string;
	/** Sentences that say how the record differs from what was sent. */
	problems?: string[];
}

/** One write that is tried, and how to find out whether AlfaCRM has carried it out. */
export interface TrialStep {
	/** What the report calls the step. */
	name: string;
	/** Which kind of record is written. */
	kind: RecordKind;
	/**
	 * Whether the step creates a record. If the record then cannot be read back, it may be in AlfaCRM
	 * all the same, and the report says so.
	 */
	creates?: true;
	/** Says why the step cannot be tried; undefined if it can. */
	findReasonToSkip?(trial: Trial): string | undefined;
	/** Sends the write, as an operation of the node does. An error counts as a refusal. */
	write(trial: Trial): Promise<WriteAnswer>;
	/** Reads what AlfaCRM shows now. */
	readBack(trial: Trial, answer: WriteAnswer): Promise<ReadBack>;
}

/** Deletes the records of a kind when the trial is over. */
export interface Removal {
	/** What the report calls the step. */
	name: string;
	/** Which kind of record is deleted. */
	kind: RecordKind;
	/** Deletes one record. An error counts as a refusal. */
	remove(trial: Trial, id: number): Promise<void>;
	/** Returns `shownInstead` of the read-back if a record is still there. */
	describeRemaining?(trial: Trial): string;
}
