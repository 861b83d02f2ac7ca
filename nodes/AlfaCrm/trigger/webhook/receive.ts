import { createHash, timingSafeEqual } from 'crypto';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { abortable } from '../../api/cancel';
import { ApiClient } from '../../api/client';
import { asNodeError } from '../../api/failures';
import type { Change } from '../change';
import { readChange } from '../change';
import { triggerKeyOf } from '../digest';
import { TriggerParameters } from '../parameters';
import { RecordReader, messageOf } from '../recordReader';
import type { Claim } from './deliveries';
import { claim, deliveryKey } from './deliveries';
import { fetchFullRecord, ignoreRepeatedDeliveries, isWanted } from './form';

/** How long an answer waits for the record; how long AlfaCRM waits for an answer is not known. API notes 8. */
const RECORD_MS = 5_000;

const NO_CLAIM: Claim = { keep: () => {}, end: () => {} };

/** Answers one call of AlfaCRM, and starts the workflow if it is a new event that the workflow asks for. */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const secret = readSecret(context);
	if (!carriesSecret(context, secret)) {
		return refuse(context, 403, 'The secret in the URL is missing or wrong');
	}
	const body = jsonOf(context);
	const change = readChange(body);
	if (typeof change === 'string') return refuse(context, 400, change);
	const parameters = new TriggerParameters(context);
	if (!isWanted(parameters, change)) return ignore('Not an event that this workflow asks for');
	// A time of zeros is none.
	const hasTime = /[1-9]/.test(change.datetime ?? '');
	const key = deliveryKey(body, hasTime);
	// A test in the editor neither asks what came before nor counts as a delivery.
	const isCounted = parameters.flag(ignoreRepeatedDeliveries) && hasTime && context.getMode() !== 'manual';
	const own = isCounted ? claim(triggerKeyOf(context), key, context.getWorkflowStaticData('node')) : NO_CLAIM;
	if (own === undefined) return ignore('Received before');
	try {
		const record = parameters.flag(fetchFullRecord) ? await recordOf(context, change, secret) : {};
		// Last, for what is answered with 200 must not be lost: nothing is waited for between the answer and n8n's start of the
		// execution. By hand, because n8n 2.41 no longer saves what the node remembers once it is left to answer.
		answer(context, 200, 'Workflow was started');
		own.keep();
		return {
			noWebhookResponse: true,
			workflowData: [[{ json: { ...change, deliveryKey: key, ...record } }]],
		};
	} finally {
		own.end();
	}
}

/**
 * Reads the secret that the user has chosen; '' if the user wants none.
 *
 * @throws NodeOperationError when there should be a secret and is none: that must not let everybody in
 */
function readSecret(context: IWebhookFunctions): string {
	const node = context.getNode();
	const value: unknown = context.getNodeParameter('secret', '');
	// Blanks around it are pasted along.
	const secret = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (secret === '' && (node.parameters.secret ?? '') !== '') {
		throw new NodeOperationError(node, "'Secret' gives no text", {
			description:
				'The call was refused, for without a secret whoever knows the URL could start the workflow. Correct it, or leave it empty if that is what you want.',
		});
	}
	return secret;
}

/** AlfaCRM signs nothing, so a secret in the address is all that tells its calls from others. API notes 8. */
function carriesSecret(context: IWebhookFunctions, secret: string): boolean {
	const { secret: given } = context.getQueryData() as { secret?: unknown };
	return secret === '' || (typeof given === 'string' && isEqual(given.trim(), secret));
}

/** Takes the same time wherever the texts differ; digests, for they must be of one length. */
function isEqual(one: string, other: string): boolean {
	const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
	return timingSafeEqual(a, b);
}

/** n8n also reads forms and XML, as objects of their own kind; AlfaCRM sends neither. */
function jsonOf(context: IWebhookFunctions): unknown {
	const { 'content-type': type = '' } = context.getHeaderData();
	return /^application\/json\b/i.test(String(type)) ? context.getBodyData() : undefined;
}

/** AlfaCRM shows nobody what it was answered, so n8n's log tells as well. */
function refuse(context: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
	context.logger.warn(`'${context.getNode().name}' refused a call with ${status}: ${message}`);
	answer(context, status, message);
	return { noWebhookResponse: true };
}

/** Answered with 200, so that AlfaCRM has no reason to send it again. */
function ignore(message: string): IWebhookResponseData {
	return { webhookResponse: { message } };
}

function answer(context: IWebhookFunctions, status: number, message: string): void {
	context.getResponseObject().status(status).json({ message });
}

/**
 * Reads the record that an event is about. An event must not be lost, so what goes wrong becomes part of it.
 *
 * Without a secret nothing is read. A record that is in no branch takes up to 19 calls, so forged deliveries would use up the
 * rate that real ones and other nodes need.
 */
async function recordOf(context: IWebhookFunctions, change: Change, secret: string): Promise<IDataObject> {
	if (secret === '') return { record: null, recordError: NO_SECRET };
	const named = change.branch_id === null ? [] : [change.branch_id];
	const limit = AbortSignal.timeout(RECORD_MS);
	try {
		const reading = new RecordReader(new ApiClient(context, limit)).find(change, named);
		const { record, reason } = await abortable(reading, limit);
		return reason === undefined ? { record } : { record, recordError: reason };
	} catch (caught) {
		const reason = limit.aborted ? TOO_LATE : messageOf(asNodeError(context.getNode(), caught));
		return { record: null, recordError: reason };
	}
}

const NO_SECRET =
	"The record was not read, because 'Secret' is empty: anybody who knows the URL could make this node call AlfaCRM. Fill in 'Secret', and add ?secret= and its text to the URL in AlfaCRM.";

/** Whatever held it up: AlfaCRM, or the calls before it. */
const TOO_LATE = `The record was not read within ${RECORD_MS / 1_000} seconds of the event's arrival. Read it later in the workflow, with the AlfaCRM node.`;
