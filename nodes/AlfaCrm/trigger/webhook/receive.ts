/**
 * Receives the webhooks of AlfaCRM. A call without the right secret is answered with 403, a body
 * that is no change with 400. If a parameter of the node cannot be read, such as an expression in
 * 'Secret' that gives no text, n8n answers with an error. Everything else is answered with 200,
 * whether it starts the workflow or is ignored, so that AlfaCRM has no reason to send it again.
 */

import { createHash, timingSafeEqual } from 'crypto';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { waitUnlessAborted } from '../../api/cancel';
import { ApiClient } from '../../api/client';
import { asNodeError } from '../../api/failures';
import type { Change } from '../change';
import { readChange } from '../change';
import { makeTriggerKey } from '../digest';
import { TriggerParameters } from '../parameters';
import { describeError, RecordReader } from '../recordReader';
import type { NewDelivery } from './deliveries';
import { beginDelivery, makeDeliveryKey } from './deliveries';
import { fetchRecord, ignoreRepeated, isWanted } from './form';

/**
 * How long an answer waits for the record. It is not known how long AlfaCRM waits for an answer.
 * API notes 8.
 */
const RECORD_MS = 5_000;

/**
 * Answers one call of AlfaCRM. Starts the workflow if the call tells of a new event that passes the
 * filters of the node.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const secret = readSecret(context);
	const hasRightSecret = carriesSecret(context, secret);
	if (!hasRightSecret) {
		return refuseCall(context, 403, 'The secret in the URL is missing or wrong');
	}

	const body = readJsonBody(context);
	const change = readChange(body);
	if (typeof change === 'string') return refuseCall(context, 400, change);

	const parameters = new TriggerParameters(context);
	if (!isWanted(parameters, change)) return ignoreCall('Not an event that this workflow asks for');

	const hasTime = isRealTime(change.datetime);
	const key = makeDeliveryKey(body, hasTime);
	// Two different changes may look equal if they have no time, so they are not compared.
	const ignoresRepeated = ignoresRepeatedDeliveries(context, parameters) && hasTime;
	const delivery = ignoresRepeated ? beginUnlessRepeated(context, key) : UNCOMPARED_DELIVERY;
	if (delivery === undefined) return ignoreCall('Received before');

	try {
		const fetchesRecord = parameters.flag(fetchRecord);
		const recordFields = fetchesRecord ? await readRecord(context, change, secret) : {};
		const item = { ...change, deliveryKey: key, ...recordFields };
		return startWorkflow(context, delivery, item);
	} finally {
		delivery.end();
	}
}

/**
 * Starts the workflow with an item, and answers the call of AlfaCRM. An event that was answered with
 * 200 must not be lost, so nothing is awaited between the answer and n8n's start of the execution.
 *
 * The node answers by itself, because n8n 2.41 does not save its static data if n8n answers.
 */
function startWorkflow(
	context: IWebhookFunctions,
	delivery: NewDelivery,
	item: IDataObject,
): IWebhookResponseData {
	answerCall(context, 200, 'Workflow was started');
	delivery.markStarted();
	return { noWebhookResponse: true, workflowData: [[{ json: item }]] };
}

/** Whether a change has a real time. `0000-00-00 00:00:00` is not one. */
function isRealTime(datetime: string | null): boolean {
	return /[1-9]/.test(datetime ?? '');
}

/** Whether a delivery that was received before must not start the workflow again. */
function ignoresRepeatedDeliveries(
	context: IWebhookFunctions,
	parameters: TriggerParameters,
): boolean {
	// A test in the editor takes every delivery, and remembers none.
	const isTest = context.getMode() === 'manual';
	return parameters.flag(ignoreRepeated) && !isTest;
}

/** Begins the work on a delivery; returns undefined if an equal delivery was received before. */
function beginUnlessRepeated(context: IWebhookFunctions, key: string): NewDelivery | undefined {
	const staticData = context.getWorkflowStaticData('node');
	return beginDelivery(makeTriggerKey(context), key, staticData);
}

/** Stands for a delivery that is not compared with earlier ones, and is not remembered. */
const UNCOMPARED_DELIVERY: NewDelivery = { markStarted: () => {}, end: () => {} };

/**
 * Reads the secret that the user has chosen; empty if the user wants none.
 *
 * @throws NodeOperationError if 'Secret' is filled in, but gives no text: an expression may find
 * nothing, or there are only blanks. Without a secret, anybody could start the workflow.
 */
function readSecret(context: IWebhookFunctions): string {
	const node = context.getNode();
	// If the user entered an expression, this is its result.
	const value: unknown = context.getNodeParameter('secret', '');
	const isText = typeof value === 'string' || typeof value === 'number';
	// Blanks around the secret may have been copied with it.
	const secret = isText ? String(value).trim() : '';
	if (secret !== '') return secret;

	// This is what the user entered in the form: the expression itself.
	const enteredText = node.parameters.secret ?? '';
	const isLeftEmpty = enteredText === '';
	if (isLeftEmpty) return '';

	throw new NodeOperationError(node, "'Secret' gives no text", {
		description:
			'The call was refused, for without a secret whoever knows the URL could start the workflow. Correct it, or leave it empty if that is what you want.',
	});
}

/**
 * Whether a call has the secret in its URL. AlfaCRM signs nothing, so only the secret distinguishes
 * its calls from others. If the user wants no secret, every call is accepted. API notes 8.
 */
function carriesSecret(context: IWebhookFunctions, secret: string): boolean {
	if (secret === '') return true;

	const query = context.getQueryData() as { secret?: unknown };
	const secretInUrl = query.secret;
	// A URL with several secrets gives a list of them.
	if (typeof secretInUrl !== 'string') return false;

	return isEqualInConstantTime(secretInUrl.trim(), secret);
}

/**
 * Compares two texts in a time that does not depend on where they differ, so that nobody can guess
 * a secret character by character. Digests are compared, because they have the same length.
 */
function isEqualInConstantTime(text: string, otherText: string): boolean {
	return timingSafeEqual(makeDigest(text), makeDigest(otherText));
}

const makeDigest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Returns the JSON body of a call; undefined for another type of body. n8n would read forms and XML
 * as well, which AlfaCRM does not send.
 */
function readJsonBody(context: IWebhookFunctions): unknown {
	const headers = context.getHeaderData();
	const isJson = /^application\/json\b/i.test(String(headers['content-type'] ?? ''));
	return isJson ? context.getBodyData() : undefined;
}

/**
 * Refuses a call with a status other than 200. The node answers by itself, because n8n would answer
 * with 200. n8n's log names the reason as well, because AlfaCRM shows the answer to nobody.
 */
function refuseCall(
	context: IWebhookFunctions,
	status: number,
	message: string,
): IWebhookResponseData {
	context.logger.warn(`'${context.getNode().name}' refused a call with ${status}: ${message}`);
	answerCall(context, status, message);
	return { noWebhookResponse: true };
}

/** Ignores a call. n8n answers it with 200. */
function ignoreCall(message: string): IWebhookResponseData {
	return { webhookResponse: { message } };
}

/** Answers a call with a status and a JSON message. */
function answerCall(context: IWebhookFunctions, status: number, message: string): void {
	context.getResponseObject().status(status).json({ message });
}

/**
 * Reads the record that an event is about. The event must not be lost, so this never throws: if the
 * record cannot be read within five seconds, the item gets the reason as `recordError`.
 *
 * No record is read if the user has set no secret. Anybody could send forged events then, and each
 * would use up calls to AlfaCRM that real events need.
 *
 * @returns the properties `record` and `recordError` of the item
 */
async function readRecord(
	context: IWebhookFunctions,
	change: Change,
	secret: string,
): Promise<IDataObject> {
	if (secret === '') return { record: null, recordError: NO_SECRET };

	const likelyBranches = change.branch_id === null ? [] : [change.branch_id];
	const timeLimit = AbortSignal.timeout(RECORD_MS);
	try {
		const recordReader = new RecordReader(new ApiClient(context, timeLimit));
		const reading = recordReader.find(change, likelyBranches);
		const { record, reason } = await waitUnlessAborted(reading, timeLimit);
		return reason === undefined ? { record } : { record, recordError: reason };
	} catch (caught) {
		if (timeLimit.aborted) return { record: null, recordError: TOO_LATE };

		const failure = asNodeError(context.getNode(), caught);
		return { record: null, recordError: describeError(failure) };
	}
}

const NO_SECRET =
	"The record was not read, because 'Secret' is empty: anybody who knows the URL could make this node call AlfaCRM. Fill in 'Secret', and add ?secret= and its text to the URL in AlfaCRM.";

/** AlfaCRM may have been slow, or earlier calls may have used up the rate. */
const TOO_LATE = `The record was not read within ${RECORD_MS / 1_000} seconds of the event's arrival. Read it later in the workflow, with the AlfaCRM node.`;
