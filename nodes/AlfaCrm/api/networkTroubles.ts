/** Tells the user why no answer came. */
interface NetworkTrouble {
	/**
	 * Tells what happened, after the name of the host: "refused the connection". This text must not
	 * hold a network code such as ECONNRESET: n8n replaces a message that has one by its own.
	 */
	event: string;
	/** Tells the user what to do, in whole sentences. */
	advice: string;
	/** Whether the request may have reached AlfaCRM. */
	mayHaveArrived: boolean;
	/** Whether every later attempt fails too, until the user changes something. */
	isLasting: boolean;
}

const CHECK_HOSTNAME = "Check 'Hostname' in the credential";
export const CHECK_IN_BROWSER = `${CHECK_HOSTNAME} and whether AlfaCRM opens in a browser.`;
const TRY_LATER = 'Try again later, or check the network that n8n runs in.';

interface TroubleRow extends NetworkTrouble {
	/** Matches the codes that Node.js and Axios report for this trouble. */
	codes: RegExp;
}

/** The troubles by code. The first row that matches a code counts. */
const TROUBLES: readonly TroubleRow[] = [
	{
		codes: /^ENOTFOUND$/,
		event: 'was not found',
		advice: `${CHECK_HOSTNAME}.`,
		mayHaveArrived: false,
		isLasting: true,
	},
	{
		codes: /^EAI_AGAIN$/,
		event: 'could not be looked up',
		advice: `No name server answered. ${TRY_LATER}`,
		mayHaveArrived: false,
		isLasting: false,
	},
	{
		codes: /^ECONNREFUSED$/,
		event: 'refused the connection',
		advice: CHECK_IN_BROWSER,
		mayHaveArrived: false,
		isLasting: false,
	},
	{
		codes: /^E(HOST|NET)UNREACH$/,
		event: 'could not be reached',
		advice: 'Check the network that n8n runs in.',
		mayHaveArrived: false,
		isLasting: false,
	},
	{
		codes: /^(ECONNABORTED|ETIMEDOUT)$/,
		event: 'did not answer within {seconds} seconds',
		advice: TRY_LATER,
		mayHaveArrived: true,
		isLasting: false,
	},
	{
		codes: /CERT|TLS|SSL|UNABLE_TO_/,
		event: 'did not prove who it is',
		advice: `n8n does not accept its certificate ({code}). ${CHECK_HOSTNAME}.`,
		mayHaveArrived: false,
		isLasting: true,
	},
];

/** The trouble for all other codes: the connection broke after the request was sent. */
const CONNECTION_BROKE: NetworkTrouble = {
	event: 'closed the connection before its answer was complete',
	advice: TRY_LATER,
	mayHaveArrived: true,
	isLasting: false,
};

/**
 * Puts a network failure into words, and tells whether the request may have reached AlfaCRM, and
 * whether every later attempt fails too.
 *
 * @param code the code of Node.js or Axios, such as ECONNRESET
 * @param timeoutMs for how many milliseconds n8n waited for an answer
 */
export function describeNetworkTrouble(code = '', timeoutMs = 0): NetworkTrouble {
	const trouble = TROUBLES.find(({ codes }) => codes.test(code)) ?? CONNECTION_BROKE;
	return {
		event: trouble.event.replace('{seconds}', String(timeoutMs / 1_000)),
		advice: trouble.advice.replace('{code}', code),
		mayHaveArrived: trouble.mayHaveArrived,
		isLasting: trouble.isLasting,
	};
}
