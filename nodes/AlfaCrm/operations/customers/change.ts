import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../entities/customer';
import type { ActionOf, Entity } from '../../entities/types';
import { makeRecordToOutput, makeReportItem, reportSchema } from '../../output/report';
import { optionsForm, readFields } from '../../run/actionFields';
import { bodyOf } from '../../run/body';
import { recordKey } from '../../run/keys';
import type { Item } from '../../run/item';
import type { ActionKind } from '../../run/operation';
import { getRecord } from '../../run/records';
import { listModeForm, readAddToLists, saveChanges } from '../../run/saveChanges';
import { idOf, labelsOf, targetOf } from '../../run/target';
import type { LocatedRecord, Target } from '../../store/located';
import { readFlag } from '../../values/formats';

/**
 * The kinds of actions that bring one record into a state, such as Archive or Assign Manager. Each
 * action declares its kind in `entities/`.
 */
type ChangeKind = 'change' | 'moveToStage' | 'rejectLead';

/**
 * Returns the reason for leaving a record unchanged, as a sentence for the user. Returns undefined
 * if the record is to be changed.
 */
export type SkipRule = (record: LocatedRecord) => Promise<string | undefined>;

/** What an action does differently from a plain change. */
interface ChangeRules {
	/** @throws NodeOperationError for a record that the action must not change */
	assertMayChange?: (item: Item, record: LocatedRecord) => void;
	/** Chooses which of the values in the form are sent. */
	chooseValues?: (formValues: IDataObject) => IDataObject;
	/**
	 * Reads the options of the form, before anything is sent. The rule is applied to the record after
	 * it has been read and locked.
	 */
	makeSkipRule?: (item: Item, values: IDataObject) => SkipRule;
}

/** Brings one record into a state, and changes nothing if it is in that state already. */
export const change = makeChangeAction();

/** Marks a lead as lost, for a reason. The user may archive it at the same time. */
export const rejectLead = makeChangeAction({
	assertMayChange: assertIsLead,
	chooseValues: leaveOutZeroArchiveFlag,
});

/**
 * Makes an action that reads a record, decides whether to change it, and sends only the values that
 * differ. So a second run changes nothing.
 */
export function makeChangeAction(rules: ChangeRules = {}): ActionKind<ChangeKind> {
	return {
		form: (_entity, { fields = [], options = [] }) => ({
			listMode: listModeForm(fields, 'add'),
			options: optionsForm(options),
		}),

		async execute(item, entity, action) {
			const request = readChangeRequest(item, entity, action, rules);
			return await item.withLock([recordKey(entity, request.id)], async () => {
				const record = await getRecord(item, entity, request.id, request.target);
				rules.assertMayChange?.(item, record);
				return [await changeOrSkip(item, entity, record, request)];
			});
		},

		output: reportSchema,
	};
}

/** The change that the user asks for in the form. */
interface ChangeRequest {
	id: number;
	target: Target;
	/** The values that the record is to have, by AlfaCRM's names of the fields. */
	values: IDataObject;
	/** Whether values of list fields are added to the values that the record has, or replace them. */
	addToLists: boolean;
	findSkipReason?: SkipRule;
}

/** Reads the form. Call it before anything is sent. */
function readChangeRequest(
	item: Item,
	entity: Entity,
	{ fields = [], fixedValues }: ActionOf<ChangeKind>,
	{ chooseValues, makeSkipRule }: ChangeRules,
): ChangeRequest {
	const recordTarget = targetOf(item, entity);
	const labels = { ...recordTarget.labels, ...labelsOf(fields) };
	const target = { ...recordTarget, labels };
	const id = idOf(item, entity);
	const formValues = bodyOf(item, fields, readFields(item, fields), target.branch);
	const chosenValues = chooseValues === undefined ? formValues : chooseValues(formValues);
	const findSkipReason = makeSkipRule?.(item, chosenValues);
	const addToLists = readAddToLists(item, fields, 'add');
	const values = { ...chosenValues, ...fixedValues };
	return { id, target, values, addToLists, findSkipReason };
}

/**
 * Sends the values that differ from the record. If there is a reason to leave the record unchanged,
 * sends nothing and tells the user the reason.
 */
async function changeOrSkip(
	item: Item,
	entity: Entity,
	record: LocatedRecord,
	{ id, target, values, addToLists, findSkipReason }: ChangeRequest,
): Promise<IDataObject> {
	const show = makeRecordToOutput(item, entity, Object.keys(values));
	const skipReason = await findSkipReason?.(record);
	if (skipReason !== undefined) {
		item.execution.hints.addRepeat(skipReason, `${entity.label.toLowerCase()} ${id}`);
		return makeReportItem(show, record.row, 'skipped', []);
	}
	return await saveChanges({ item, entity, target, show }, record, { values, addToLists });
}

/** Refuses to reject a client: only a lead can be lost. */
function assertIsLead(item: Item, { row: customer }: LocatedRecord): void {
	if (readFlag(customer.is_study) === CUSTOMER_TYPE.lead) return;
	throw item.error(`Customer ${String(customer.id)} is a client, not a lead`);
}

/**
 * Leaves out the archive flag if 'Archive Too' is off. Sending the flag as 0 would restore a lead
 * that is archived.
 */
function leaveOutZeroArchiveFlag({ removed, ...otherValues }: IDataObject): IDataObject {
	return Number(removed) === 1 ? { ...otherValues, removed } : otherValues;
}
