import type { IDataObject } from 'n8n-workflow';

import type { Item } from '../execution/item';
import { branchChecks, chooseBranch, placeChecks } from './branches';
import type { Check, Verdict } from './check';
import { dateChecks } from './dates';
import { defaultChecks } from './defaults';
import { fieldChecks } from './fields';
import { filterChecks } from './filters';
import { listChecks } from './lists';
import { pageChecks } from './pages';
import { parameterChecks } from './parameters';
import { ifTold, NotTold, notTold, Probe } from './probe';
import { whyDenied } from './reach';
import { speedChecks } from './speed';

/** One thing that was tried. */
export interface Finding extends IDataObject {
	check: string;
	subject: string;
	expected: string;
	/** '' where it is not known. */
	found: string;
	verdict: Verdict;
	meaning: string;
	/** How many rows a list has; null for what is no list. */
	rows: number | null;
}

/** In this order: what others build on first, and the time that answers take last. */
const CHECKS: readonly Check[] = [
	...listChecks,
	...pageChecks,
	...defaultChecks,
	...filterChecks,
	...dateChecks,
	...parameterChecks,
	...fieldChecks,
	...placeChecks,
	...speedChecks,
];

const BY_ROLE = 'the role of this user may not list what it takes.';

const NOT_TOLD: Record<NotTold['reason'], (probe: Probe) => Promise<Pick<Finding, 'meaning' | 'verdict'>>> = {
	denied: async (probe) => ({ verdict: 'denied', meaning: `Not tried: ${await whyDenied(probe, BY_ROLE)}` }),
	deniedEverywhere: async () => ({ verdict: 'denied', meaning: `Not tried: ${BY_ROLE}` }),
	failed: async () => ({ verdict: 'unknown', meaning: 'Not known: AlfaCRM could not list what it takes.' }),
	spent: async () => ({
		verdict: 'unknown',
		meaning: 'Not tried: there were no calls left for it, or AlfaCRM did not answer any more.',
	}),
};

async function findingOf(probe: Probe, check: Check): Promise<Finding> {
	const { check: name, subject, expected, needs } = check;
	const base = { check: name, subject, expected, found: '', rows: null };
	const found = await check.find(probe).catch(notTold);
	if (found instanceof NotTold) return { ...base, ...(await NOT_TOLD[found.reason](probe)) };
	if (found === undefined) {
		return { ...base, verdict: 'unknown', meaning: `Nothing to tell it by; it takes ${needs}.` };
	}
	const rows = (check.rows && (await ifTold(check.rows(probe)))) ?? null;
	return { ...base, found, verdict: check.verdict(found), meaning: await check.meaning(found, probe), rows };
}

/**
 * Tries an account, one call after another.
 *
 * @param branch that is looked at; else the first one that the user may read
 * @throws NodeApiError when the login or the network fails, or the execution is cancelled
 */
export async function examine(item: Item, branch: number | undefined): Promise<Finding[]> {
	const probe = new Probe(item);
	probe.branch = branch ?? (await chooseBranch(probe));
	const findings = [];
	for (const check of [...(await branchChecks(probe)), ...CHECKS])
		findings.push(await findingOf(probe, check));
	return findings;
}
