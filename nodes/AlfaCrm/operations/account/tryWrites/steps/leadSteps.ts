import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../../../api/failures';
import { customer as customerEntity, CUSTOMER_TYPE, stageOf } from '../../../../entities/customer';
import { bodyOf, changesOf } from '../../../../run/body';
import { labelsOf } from '../../../../run/target';
import { readId } from '../../../../values/formats';
import { compareFields } from '../compareFields';
import { describeError } from '../describeError';
import { TEST_NOTICE } from '../testSignature';
import type { Removal, Trial, TrialStep, WriteAnswer } from '../trialStep';
import { CONFIRMED } from '../trialStep';

/** Returns the reason to skip a step that needs the lead; undefined if the lead is there. */
export const explainMissingLead = ({ records }: Trial): string | undefined =>
	records.isLeadKnown ? undefined : 'There is no test lead.';

export const createLeadStep: TrialStep = {
	name: 'create lead',
	kind: 'lead',
	creates: true,

	async write({ operations, signature }) {
		const form = { inputMode: 'json', json: makeLeadInput(signature.text) };
		const [lead] = await operations.execute(customerEntity, 'create', form);
		return { outcome: 'confirmed', createdId: readId(lead.id) };
	},

	async readBack({ operations, records, signature, branch }, answer) {
		const answeredId = answer.outcome === 'confirmed' ? answer.createdId : undefined;
		const { lead, isFoundById } = await records.findCreatedLead(answeredId);
		const isWrongId = answeredId !== undefined && !isFoundById;
		const idProblems = isWrongId ? [`It is not found by the ID ${answeredId}`] : [];
		if (lead === undefined) return { isDone: false, problems: idProblems };

		const sent = bodyOf(
			operations.makeItem(),
			customerEntity.fields,
			makeLeadInput(signature.text),
			branch,
		);
		const fieldProblems = compareFields(operations, customerEntity, { sent, record: lead });
		const hasStage = stageOf(lead) !== undefined;
		const stageProblems = hasStage ? ['It stands in a stage, though none was sent'] : [];
		return { isDone: true, problems: [...fieldProblems, ...idProblems, ...stageProblems] };
	},
};

const makeLeadInput = (signatureText: string): IDataObject => ({
	name: signatureText,
	note: signatureText,
	is_study: CUSTOMER_TYPE.lead,
});

// ---------------------------------------------------------------- update lead

/**
 * Reserved domains and an area code that no country gives out, so that no message reaches anybody.
 */
const CONTACTS_OF_NOBODY = {
	phone: '+7(000)000-00-01',
	email: 'n8n-test@example.org',
	web: 'https://example.org/n8n-test',
};

/**
 * With these statuses AlfaCRM refuses the values of a call, with 200 by errors in the answer (API
 * notes 4). With other statuses it refuses the call, whatever its values.
 */
const STATUSES_OF_REFUSED_VALUES = [200, 400, 422];

/**
 * Sends several fields at once. If AlfaCRM refuses that, sends each field alone, to find out which
 * one it refuses.
 */
export const updateLeadStep: TrialStep = {
	name: 'update lead',
	kind: 'lead',
	findReasonToSkip: explainMissingLead,

	async write(trial) {
		try {
			await sendUpdate(trial, makeLeadChanges(trial));
			return CONFIRMED;
		} catch (caught) {
			if (!hasStatus(caught, ...STATUSES_OF_REFUSED_VALUES)) throw trial.item.asError(caught);
			return await sendFieldsOneByOne(trial, describeError(trial, caught));
		}
	},

	async readBack(trial, answer) {
		const sentFields = makeRequestFields(trial, makeLeadChanges(trial));
		const record = await trial.records.readKnownLead();
		const findProblems = (sent: IDataObject) =>
			compareFields(trial.operations, customerEntity, { sent, record });
		if (answer.outcome === 'confirmed') return { isDone: true, problems: findProblems(sentFields) };

		// AlfaCRM may have saved the update of all fields although it did not confirm it. If it
		// accepted fields one by one, finding them in the lead says nothing about that update.
		const acceptedFields = answer.acceptedFields ?? {};
		const isAnyFieldAccepted = Object.keys(acceptedFields).length > 0;
		const isSavedUnconfirmed = !isAnyFieldAccepted && findProblems(sentFields).length === 0;
		return { isDone: isSavedUnconfirmed, problems: findProblems(acceptedFields) };
	},
};

const makeLeadChanges = ({ signature }: Trial): IDataObject => ({
	...CONTACTS_OF_NOBODY,
	note: `${signature.text}. Updated.`,
	legal_name: TEST_NOTICE,
	dob: '2015-03-01',
	gender: 1,
});

/** Converts input fields to what is sent to AlfaCRM for them. */
function makeRequestFields({ operations }: Trial, input: IDataObject): IDataObject {
	const overwritesWithEmpty = false;
	return changesOf(operations.makeItem(), customerEntity, input, overwritesWithEmpty);
}

async function sendUpdate({ operations, records }: Trial, input: IDataObject): Promise<void> {
	const form = { id: records.leadId, inputMode: 'json', json: input };
	await operations.execute(customerEntity, 'update', form);
}

/**
 * Sends each field alone, and says which ones AlfaCRM refuses.
 *
 * @param refusalTogether what AlfaCRM said to all fields together
 */
async function sendFieldsOneByOne(trial: Trial, refusalTogether: string): Promise<WriteAnswer> {
	const labels = labelsOf(customerEntity.fields);
	const input = makeLeadChanges(trial);
	const wireFields = makeRequestFields(trial, input);
	const acceptedFields: IDataObject = {};
	const refusals: string[] = [];
	for (const [name, value] of Object.entries(input)) {
		try {
			await sendUpdate(trial, { [name]: value });
			// The fields of `leadChanges` have the same names in the input as in AlfaCRM.
			acceptedFields[name] = wireFields[name];
		} catch (caught) {
			refusals.push(`'${labels[name]}': ${describeError(trial, caught)}`);
		}
	}

	const summary =
		refusals.length === 0 ? 'Each field alone is taken.' : `Refused alone: ${refusals.join(' ')}`;
	return { outcome: 'refused', refusal: `${refusalTogether} ${summary}`, acceptedFields };
}

// ---------------------------------------------------------------- archive and delete lead

export const archiveLeadStep: TrialStep = {
	name: 'archive lead',
	kind: 'lead',
	findReasonToSkip: explainMissingLead,

	async write({ operations, records }) {
		await operations.execute(customerEntity, 'archive', { id: records.leadId });
		return CONFIRMED;
	},

	async readBack({ records }) {
		// Also finds out `isLeadArchived`.
		await records.read('lead');
		return { isDone: records.isLeadArchived, shownInstead: 'shows the lead as active' };
	},
};

export const leadRemoval: Removal = {
	name: 'delete lead',
	kind: 'lead',
	async remove({ operations }, id) {
		await operations.execute(customerEntity, 'delete', { id });
	},
	describeRemaining: ({ records }) =>
		records.isLeadArchived ? 'keeps the lead in the archive' : 'shows it still',
};
