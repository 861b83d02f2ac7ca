/**
 * The steps of a trial (one run of *Try Writes*) that write the test lead: create, update, archive
 * and delete. The other records of the trial belong to the test lead.
 */

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

/** Returns the reason to skip a step that needs the test lead; undefined if the lead was found. */
export const explainMissingLead = ({ records }: Trial): string | undefined =>
	records.isLeadKnown ? undefined : 'There is no test lead.';

/** Creates the test lead. */
export const createLeadStep: TrialStep = {
	name: 'create lead',
	kind: 'lead',
	createsRecord: true,

	/** Creates the lead by the operation *Create*. */
	async write({ operations, signature }) {
		const form = { inputMode: 'json', json: makeLeadInput(signature.text) };
		const [lead] = await operations.execute(customerEntity, 'create', form);
		return { outcome: 'confirmed', createdId: readId(lead.id) };
	},

	/** Looks for the new lead, and compares its fields with the sent ones. */
	async readBack({ operations, records, signature, branch }, answer) {
		const idFromAnswer = answer.outcome === 'confirmed' ? answer.createdId : undefined;
		const { lead, isFoundById } = await records.findCreatedLead(idFromAnswer);
		const isWrongId = idFromAnswer !== undefined && !isFoundById;
		const idProblems = isWrongId ? [`It is not found by the ID ${idFromAnswer}`] : [];
		if (lead === undefined) return { isCarriedOut: false, problems: idProblems };

		// The fields in AlfaCRM's format, as *Create* has sent them.
		const input = makeLeadInput(signature.text);
		const sent = buildRequestBody(operations.makeItem(), customerEntity.fields, input, { branch });
		const fieldProblems = compareFields(operations, customerEntity, { sent, record: lead });
		const hasStage = stageOf(lead) !== undefined;
		const stageProblems = hasStage ? ['It stands in a stage, though none was sent'] : [];
		return { isCarriedOut: true, problems: [...fieldProblems, ...idProblems, ...stageProblems] };
	},
};

/** Makes the input of *Create*: a lead whose name and note are the text of the trial. */
const makeLeadInput = (signatureText: string): IDataObject => ({
	name: signatureText,
	note: signatureText,
	// AlfaCRM keeps the type of a customer in this field: lead or client.
	is_study: CUSTOMER_TYPE.lead,
});

// ---------------------------------------------------------------- update lead

/** Contacts that reach nobody: the domain is reserved, and the area code 000 is given to nobody. */
const CONTACTS_OF_NOBODY = {
	phone: '+7(000)000-00-01',
	email: 'n8n-test@example.org',
	web: 'https://example.org/n8n-test',
};

/**
 * The HTTP statuses of an answer that refuses the values of a call. An answer with status 200 then
 * holds errors (docs/alfacrm-api.md 4). Any other status has nothing to do with the values: other
 * values would be refused, too.
 */
const STATUSES_OF_REFUSED_VALUES = [200, 400, 422];

/** Updates several fields of the test lead at once. */
export const updateLeadStep: TrialStep = {
	name: 'update lead',
	kind: 'lead',
	findReasonToSkip: explainMissingLead,

	/**
	 * Sends all fields together. If AlfaCRM refuses their values, sends each field alone, to find out
	 * which fields AlfaCRM refuses.
	 */
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
	 * Compares the lead with the fields that AlfaCRM has accepted: all fields or, after a refusal,
	 * those that it has accepted one by one. After a refusal the lead may show all fields
	 * nevertheless: then the update was carried out.
	 */
	async readBack(trial, answer) {
		const sentFields = makeRequestFields(trial, makeLeadChanges(trial));
		const record = await trial.records.readKnownLead();
		const findProblems = (sent: IDataObject) =>
			compareFields(trial.operations, customerEntity, { sent, record });
		const problemsOfAllFields = findProblems(sentFields);
		if (answer.outcome === 'confirmed')
			return { isCarriedOut: true, problems: problemsOfAllFields };

		const { acceptedFields = {} } = answer;
		const isAnyFieldAccepted = Object.keys(acceptedFields).length > 0;
		// If AlfaCRM has accepted single fields, the lead shows them anyway, so they do not prove that
		// AlfaCRM has saved the refused update.
		const isSavedWithoutConfirmation = !isAnyFieldAccepted && problemsOfAllFields.length === 0;
		return { isCarriedOut: isSavedWithoutConfirmation, problems: findProblems(acceptedFields) };
	},
};

/** Makes the input of *Update*: fields of several types. */
const makeLeadChanges = ({ signature }: Trial): IDataObject => ({
	...CONTACTS_OF_NOBODY,
	note: `${signature.text}. Updated.`,
	legal_name: TEST_NOTICE,
	dob: '2015-03-01',
	gender: 1,
});

/** Converts the input of *Update* to the fields that are sent to AlfaCRM. */
function makeRequestFields({ operations }: Trial, input: IDataObject): IDataObject {
	// The input has no empty values, so nothing can be overwritten with an empty value.
	const overwritesWithEmpty = false;
	return buildUpdateBody(operations.makeItem(), customerEntity, input, { overwritesWithEmpty });
}

/** Updates the test lead by the operation *Update*. */
async function sendUpdate({ operations, records }: Trial, input: IDataObject): Promise<void> {
	const form = { id: records.leadId, inputMode: 'json', json: input };
	await operations.execute(customerEntity, 'update', form);
}

/**
 * Updates each field of the test lead alone, to find out which fields AlfaCRM refuses.
 *
 * @param refusalOfAllFields what AlfaCRM said when all fields were sent together
 */
async function sendFieldsOneByOne(trial: Trial, refusalOfAllFields: string): Promise<WriteAnswer> {
	const labels = labelsOf(customerEntity.fields);
	const input = makeLeadChanges(trial);
	// `requestFields` has the names of AlfaCRM. For the fields of this input, both names are equal.
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

	/** Reads whether the lead is in the archive. */
	async readBack({ records }) {
		// The rows are not needed: `read` updates `isLeadArchived`.
		await records.read('lead');
		return { isCarriedOut: records.isLeadArchived, contradiction: 'shows the lead as active' };
	},
};

/** Deletes the test lead. */
export const leadRemoval: Removal = {
	name: 'delete lead',
	kind: 'lead',
	async remove({ operations }, id) {
		await operations.execute(customerEntity, 'delete', { id });
	},
	describeContradiction: ({ records }) =>
		records.isLeadArchived ? 'keeps the lead in the archive' : 'shows it still',
};
