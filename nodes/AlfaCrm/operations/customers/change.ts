import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../entities/customer';
import type { ActionOf, Entity } from '../../entities/types';
import { makeRecordToOutput, makeReportItem, reportSchema } from '../../output/report';
import { optionsForm, readFields } from '../../run/actionFields';
import { buildRequestBody } from '../../run/body';
import { recordKey } from '../../run/keys';
import type { Item } from '../../run/item';
import type { ActionKind } from '../../run/operation';
import { getRecord } from '../../run/records';
import { listModeForm, readAddsToLists, saveChanges } from '../../run/saveChanges';
import { idOf, labelsOf, targetOf } from '../../run/target';
import type { LocatedRecord, Target } from '../../store/located';
import { readFlag } from '../../values/formats';

/**
 * The kinds of actions that change one record, as *Archive* and *Assign Manager* do. The
 * declaration of each action, in `entities/`, names the kind and the values to save.
 */
type ChangeKind = 'change' | 'moveToStage' | 'rejectLead';

/**
 * Looks for a reason to leave a record unchanged. Returns the reason as a sentence for the user, or
 * undefined if the record should be changed.
 */
export type SkipRule = (record: LocatedRecord) => Promise<string | undefined>;

/** The rules of an action that does more than save the values of the form. */
interface ChangeRules {
	/**
	 * Checks whether the action may change the record.
	 *
	 * @throws NodeOperationError if the record must not be changed
	 */
	assertMayChange?: (item: Item, record: LocatedRecord) => void;
	/** Chooses the values to save from the values of the form. */
	chooseValues?: (formValues: IDataObject) => IDataObject;
	/**
	 * Reads the options of the form, before anything is sent, and makes the rule that decides whether
	 * the record is left unchanged. The rule is applied later, after the record has been read.
	 */
	makeSkipRule?: (item: Item, values: IDataObject) => SkipRule;
}

/** Saves the values of the action in one record. Sends nothing if the record has them already. */
export const change = makeChangeAction();

/** Marks a lead as lost, for a reason. The user can archive the lead at the same time. */
export const rejectLead = makeChangeAction({
	assertMayChange: assertIsLead,
	chooseValues: leaveOutZeroArchiveFlag,
});

/**
 * Makes an action that reads a record, decides whether to change the record, and sends only the
 * values that differ. So a second run changes nothing.
 */
export function makeChangeAction(rules: ChangeRules = {}): ActionKind<ChangeKind> {
	return {
		form: (_entity, { fields = [], options = [] }) => ({
			listMode: listModeForm(fields, DEFAULT_LIST_MODE),
			options: optionsForm(options),
		}),

		async execute(item, entity, action) {
			const request = readChangeRequest(item, entity, action, rules);
			const changedRecord = recordKey(entity, request.id);

			return await item.withLock([changedRecord], async () => {
				const record = await getRecord(item, entity, request.id, request.target);
				rules.assertMayChange?.(item, record);
				return [await changeOrSkip(item, entity, record, request)];
			});
		},

		output: reportSchema,
	};
}

/** By default, the values that the user gives for a list are added to the values of the record. */
const DEFAULT_LIST_MODE = 'add';

/** The change that the user asks for in the form. */
interface ChangeRequest {
	id: number;
	target: Target;
	/** The values that the record should have after the change, by AlfaCRM's names of the fields. */
	values: IDataObject;
	/**
	 * Whether the values of a list are added to the values of the record. If not, they replace them.
	 */
	addToLists: boolean;
	/** Looks for a reason to leave the record unchanged. */
	findSkipReason?: SkipRule;
}

/** Reads from the form which record to change and how, before anything is sent. */
function readChangeRequest(
	item: Item,
	entity: Entity,
	{ fields = [], fixedValues }: ActionOf<ChangeKind>,
	{ chooseValues, makeSkipRule }: ChangeRules,
): ChangeRequest {
	const entityTarget = targetOf(item, entity);
	// Labels stand for the fields in the texts of AlfaCRM's errors. The fields of the action may have
	// labels of their own.
	const labels = { ...entityTarget.labels, ...labelsOf(fields) };
	const target = { ...entityTarget, labels };
	const id = idOf(item, entity);

	const formValues = buildRequestBody(item, fields, readFields(item, fields), {
		branch: target.branch,
	});
	const chosenValues = chooseValues === undefined ? formValues : chooseValues(formValues);
	const findSkipReason = makeSkipRule?.(item, chosenValues);
	const addToLists = readAddsToLists(item, fields, DEFAULT_LIST_MODE);
	// `fixedValues` are the same for every record that the action changes.
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
	const toOutput = makeRecordToOutput(item, entity, Object.keys(values));
	const skipReason = await findSkipReason?.(record);
	if (skipReason === undefined) {
		return await saveChanges({ item, entity, target, toOutput }, record, { values, addToLists });
	}

	item.execution.hints.addRepeat(skipReason, `${entity.label.toLowerCase()} ${id}`);
	const changedFields: string[] = [];
	return makeReportItem(toOutput, record.row, 'skipped', changedFields);
}

/** @throws NodeOperationError if the customer is a client: only a lead can be lost */
function assertIsLead(item: Item, { row: customer }: LocatedRecord): void {
	const isLead = readFlag(customer.is_study) === CUSTOMER_TYPE.lead;
	if (isLead) return;

	throw item.error(`Customer ${String(customer.id)} is a client, not a lead`);
}

/**
 * Leaves the archive flag (`removed`) out of the values if 'Archive Too' is off. If the flag were
 * sent as 0, AlfaCRM would restore an archived lead.
 */
function leaveOutZeroArchiveFlag(formValues: IDataObject): IDataObject {
	const { removed: archiveFlag, ...otherValues } = formValues;
	if (Number(archiveFlag) !== 1) return otherValues;

	return { ...otherValues, removed: archiveFlag };
}
