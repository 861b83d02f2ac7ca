/** The form of the webhook trigger, and which changes the workflow wants by its filters. */

import type { INodeProperties } from 'n8n-workflow';

import { entityOf } from '../../entities/registry';
import { picker } from '../../fields/reference';
import { collection } from '../../form/assemble';
import type { Change } from '../change';
import {
	changedFields,
	changeEntities,
	changeEvents,
	passesFilters,
	readChangedFields,
	readClasses,
	readEvents,
} from '../changeFilters';
import type { TriggerParameters } from '../parameters';
import { withOptionsPath } from '../parameters';

const fetchRecordInOptions: INodeProperties = {
	displayName: 'Fetch Full Record',
	name: 'fetchRecord',
	type: 'boolean',
	default: false,
	description:
		'Whether to read the record from AlfaCRM and put it out as record, because the event only holds what changed. Needs a credential and a Secret. What cannot be read within 5 seconds is null, and recordError says why.',
};

const ignoreRepeatedInOptions: INodeProperties = {
	displayName: 'Ignore Repeated Deliveries',
	name: 'ignoreRepeated',
	type: 'boolean',
	default: true,
	description:
		'Whether a delivery that equals one of the latest 1,000 does not start the workflow again',
};

/**
 * Shown while 'Secret' is empty and the user wants a record to be read. An expression counts as a
 * secret. n8n's condition `exists` is not met by an empty text.
 */
const unprotectedNotice: INodeProperties = {
	displayName:
		"No record is read while 'Secret' is empty, because anybody who knows the URL could then make this node call AlfaCRM. Fill in 'Secret', and enter the URL with it in AlfaCRM.",
	name: 'unprotectedNotice',
	type: 'notice',
	default: '',
	displayOptions: {
		show: { '/options.fetchRecord': [true] },
		hide: { secret: [{ _cnd: { exists: true } }] },
	},
};

/** Takes IDs only. Looking up a name would delay the answer to AlfaCRM, and could fail. */
const branchesParameter: INodeProperties = {
	displayName: 'Branch',
	name: 'branchIds',
	...picker(entityOf('branch'), { several: true }),
	description:
		'Where it must have happened. Left empty, all branches count; the list needs a credential. Several can be given by ID, separated by commas.',
};

/** The parameters under the names by which their values are read from the collection 'Options'. */
export const fetchRecord = withOptionsPath(fetchRecordInOptions);
export const ignoreRepeated = withOptionsPath(ignoreRepeatedInOptions);

/**
 * Whether a change passes the filters that the user has set in the form: branches, classes of
 * records, events and changed fields. An empty filter lets every change pass.
 */
export function isWanted(parameters: TriggerParameters, change: Change): boolean {
	const wantedBranches = parameters.readIds(branchesParameter);
	const classes = readClasses(parameters);
	const events = readEvents(parameters);
	const fields = readChangedFields(parameters, classes);

	if (!isInWantedBranch(change, wantedBranches)) return false;
	return passesFilters({ classes, events, fields }, change);
}

/**
 * Whether a change was made in one of the wanted branches. If none are chosen, every branch counts.
 * If some are, a change for which AlfaCRM names no branch does not count.
 */
function isInWantedBranch(change: Change, wantedBranches: readonly number[]): boolean {
	if (wantedBranches.length === 0) return true;

	return change.branch_id !== null && wantedBranches.includes(change.branch_id);
}

export const webhookTriggerProperties: INodeProperties[] = [
	{
		displayName:
			"The account owner enters this node's Production URL, followed by ?secret= and the text of 'Secret', in AlfaCRM: Settings (the wrench at the top) > auto-actions and mailings > triggers and webhooks > add. Triggers are a paid option of AlfaCRM; its support opens a trial in the chat. Without it, use the AlfaCRM Trigger, which asks at intervals and needs nothing there.",
		name: 'setUpNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Secret',
		name: 'secret',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description:
			'Calls whose URL does not end with ?secret= and this text are refused. Letters and digits are safe in a URL. Left empty, whoever knows the URL can start the workflow, and no record is read. n8n saves it with the workflow and its executions, so who may see those can read it.',
	},
	{
		...changeEvents,
		description:
			'What must have happened. Left empty, every event counts, whatever AlfaCRM calls it.',
	},
	changeEntities,
	branchesParameter,
	{
		...changedFields,
		// Unlike the polling trigger, this form has no parameter 'event' on which the list depends.
		typeOptions: { ...changedFields.typeOptions, loadOptionsDependsOn: [changeEntities.name] },
	},
	collection('Options', 'options', [fetchRecordInOptions, ignoreRepeatedInOptions], 'Add Option'),
	unprotectedNotice,
];
