import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../../../api/failures';
import { customer as customerEntity, CUSTOMER_TYPE, stageOf } from '../../../../entities/customer';
import { buildRequestBody, buildUpdateBody } from '../../../../run/body';
import { labelsOf } from '../../../../run/target';
import { readId } from '../../../../values/formats';
import { compareFields } from '../compareFields';
import { describeError } from '../describeError';
import { TEST_NOTICE } from '../testSignature';
import type { Removal, Trial, TrialStep, WriteAnswer } from '../trialStep';
import { CONFIRMED } from '../trialStep';

/** Returns the reason to skip a step that needs the lead; undefined if the lead was found. */
export const explainMissingLead = ({ records }: Trial): string | undefined =>
	records.isLeadKnown ? undefined : 'There is no test lead.';

/** Creates the test lead, to which all other records of the trial belong. */
export const createLeadStep: TrialStep = {
	name: 'create lead',
	kind: 'lead',
	creates: true,

	/** Creates the lead by the operation *Create*. */
	async write({ operations, signature }) {
		const form = { inputMode: 'json', json: makeLeadInput(signature.text) };
		const [lead] = await operations.execute(customerEntity, 'create', form);
		return { outcome: 'confirmed', createdId: readId(lead.id) };
	},

	/** Looks for the new lead, and compares it with what was sent. */
	async readBack({ operations, records, signature, branch }, answer) {
		const answeredId = answer.outcome === 'confirmed' ? answer.createdId : undefined;
		const { lead, isFoundById } = await records.findCreatedLead(answeredId);
		const isWrongId = answeredId !== undefined && !isFoundById;
		const idProblems = isWrongId ? [`It is not found by the ID ${answeredId}`] : [];
		if (lead === undefined) return { isDone: false, problems: idProblems };

		const input = makeLeadInput(signature.text);
		const sent = buildRequestBody(operations.makeItem(), customerEntity.fields, input, { branch });
		const fieldProblems = compareFields(operations, customerEntity, { sent, record: lead });
		const hasStage = stageOf(lead) !== undefined;
		const stageProblems = hasStage ? ['It stands in a stage, though none was sent'] : [];
		return { isDone: true, problems: [...fieldProblems, ...idProblems, ...stageProblems] };
	},
};

/** Makes the input of *Create*: a customer with the text of the trial as name and note. */
const makeLeadInput = (signatureText: string): IDataObject => ({
	name: signatureText,
	note: signatureText,
	// AlfaCRM keeps the type of a customer in this field: lead or client.
	is_study: CUSTOMER_TYPE.lead,
});

// ---------------------------------------------------------------- update lead

/**
 * Contacts that reach nobody: the domains are reserved, and no country gives out the area code.
 */
const CONTACTS_OF_NOBODY = {
	phone: '+7(000)000-00-01',
	email: 'n8n-test@example.org',
	web: 'https://example.org/n8n-test',
};

/**
 * The statuses with which AlfaCRM refuses the values of a call. With status 200 the answer holds
 * errors (API notes 4). With any other status AlfaCRM refuses the call, whatever its values.
 */
const STATUSES_OF_REFUSED_VALUES = [200, 400, 422];

/**
 * Updates several fields of the test lead at once. If AlfaCRM refuses their values, sends each
 * field alone, to find out which one it refuses.
 */
export const updateLeadStep: TrialStep = {
	name: 'update lead',
	kind: 'lead',
	findReasonToSkip: explainMissingLead,

	/** Sends all fields together, and one by one if AlfaCRM refuses their values. */
	async write(trial) {
		try {
			await sendUpdate(trial, makeLeadChanges(trial));
			return CONFIRMED;
		} catch (caught) {
			const isAboutValues = hasStatus(caught, ...STATUSES_OF_REFUSED_VALUES);
			if (!isAboutValues) throw trial.item.asError(caught);

			const refusalOfAllFields = describeError(trial, caught);
			return await sendFieldsOneByOne(trial, refusalOfAllFields);
		}
	},

	/**
	 * Compares the lead with the fields that were sent, or those that AlfaCRM accepted one by one.
	 */
	async readBack(trial, answer) {
		const sentFields = makeRequestFields(trial, makeLeadChanges(trial));
		const record = await trial.records.readKnownLead();
		const findProblems = (sent: IDataObject) =>
			compareFields(trial.operations, customerEntity, { sent, record });
		const problemsOfAllFields = findProblems(sentFields);
		if (answer.outcome === 'confirmed') return { isDone: true, problems: problemsOfAllFields };

		const { acceptedFields = {} } = answer;
		const isAnyFieldAccepted = Object.keys(acceptedFields).length > 0;
		// If the lead shows all fields, AlfaCRM has saved the refused update all the same. Fields that
		// it accepted one by one prove nothing: they are in the lead anyway.
		const isSavedUnconfirmed = !isAnyFieldAccepted && problemsOfAllFields.length === 0;
		return { isDone: isSavedUnconfirmed, problems: findProblems(acceptedFields) };
	},
};

/** Makes the input of *Update*: values of several types. */
const makeLeadChanges = ({ signature }: Trial): IDataObject => ({
	...CONTACTS_OF_NOBODY,
	note: `${signature.text}. Updated.`,
	legal_name: TEST_NOTICE,
	dob: '2015-03-01',
	gender: 1,
});

/** Converts the input of *Update* to the fields that are sent to AlfaCRM. */
function makeRequestFields({ operations }: Trial, input: IDataObject): IDataObject {
	// The input has no empty values, so this decides nothing.
	const overwritesWithEmpty = false;
	return buildUpdateBody(operations.makeItem(), customerEntity, input, { overwritesWithEmpty });
}

/** Updates the test lead by the operation *Update*. */
async function sendUpdate({ operations, records }: Trial, input: IDataObject): Promise<void> {
	const form = { id: records.leadId, inputMode: 'json', json: input };
	await operations.execute(customerEntity, 'update', form);
}

/**
 * Updates each field of the test lead alone, to find out which ones AlfaCRM refuses.
 *
 * @param refusalOfAllFields what AlfaCRM said when all fields were sent together
 */
async function sendFieldsOneByOne(trial: Trial, refusalOfAllFields: string): Promise<WriteAnswer> {
	const labels = labelsOf(customerEntity.fields);
	const input = makeLeadChanges(trial);
	// In this input, the fields have the same names as in AlfaCRM.
	const requestFields = makeRequestFields(trial, input);

	const acceptedFields: IDataObject = {};
	const refusals: string[] = [];
	for (const [name, value] of Object.entries(input)) {
		try {
			await sendUpdate(trial, { [name]: value });
			acceptedFields[name] = requestFields[name];
		} catch (caught) {
			refusals.push(`'${labels[name]}': ${describeError(trial, caught)}`);
		}
	}

	const summary =
		refusals.length === 0 ? 'Each field alone is taken.' : `Refused alone: ${refusals.join(' ')}`;
	return { outcome: 'refused', refusal: `${refusalOfAllFields} ${summary}`, acceptedFields };
}

// ---------------------------------------------------------------- archive and delete lead

/** Moves the test lead to the archive. */
export const archiveLeadStep: TrialStep = {
	name: 'archive lead',
	kind: 'lead',
	findReasonToSkip: explainMissingLead,

	async write({ operations, records }) {
		await operations.execute(customerEntity, 'archive', { id: records.leadId });
		return CONFIRMED;
	},

	/** Looks whether the lead is in the archive. */
	async readBack({ records }) {
		// Updates `isLeadArchived`.
		await records.read('lead');
		return { isDone: records.isLeadArchived, shownInstead: 'shows the lead as active' };
	},
};

/** Deletes the test lead. */
export const leadRemoval: Removal = {
	name: 'delete lead',
	kind: 'lead',
	async remove({ operations }, id) {
		await operations.execute(customerEntity, 'delete', { id });
	},
	describeRemaining: ({ records }) =>
		records.isLeadArchived ? 'keeps the lead in the archive' : 'shows it still',
};
