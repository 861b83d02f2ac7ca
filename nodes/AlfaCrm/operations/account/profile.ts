import type { IDataObject } from 'n8n-workflow';

import type { Finding } from './findings';

export const FILE_NAME = 'alfacrm-profile.json';
const FORMAT = 'alfacrm-profile';
/** Raised when a file of before is to be read in another way. `docs/check.md` tells what it holds. */
const VERSION = 1;

type Told = Pick<Finding, 'check' | 'found' | 'rows' | 'subject' | 'verdict'>;

/** The ways of an account, without the texts: what is sent with a bug report, and what the sandbox plays. */
interface Profile extends IDataObject {
	format: typeof FORMAT;
	version: typeof VERSION;
	findings: Told[];
}

export function profileOf(findings: readonly Finding[]): Profile {
	return {
		format: FORMAT,
		version: VERSION,
		findings: findings.map(({ check, subject, found, verdict, rows }) => ({
			check,
			subject,
			found,
			verdict,
			rows,
		})),
	};
}
