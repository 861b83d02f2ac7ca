import fs from 'node:fs';
import { readJson } from './json';
import type { Workflow } from './n8n/types';
import { inRepo } from './paths';

/** An everyday job: an example that anybody can import. */
interface Job {
	/** Of its file. */
	name: string;
	/** There is the same job built from HTTP Request nodes, which the tests keep to compare with. */
	isCompared: boolean;
}

const httpFile = (name: string) => inRepo('test', 'e2e', 'jobs', `${name}.http.json`);

/** In the order of the READMEs. */
export const JOBS: readonly Job[] = [
	'form-to-lead',
	'new-lead-to-messenger',
	'nightly-export',
	'payment-receipt',
	'birthday-greetings',
	'subscription-ending-task',
	'lesson-cancelled-notice',
	'incremental-sync',
	'attendance-report',
	'ai-next-lesson',
	'tilda-form-to-lead',
	'daily-free-slots',
	'parent-bot',
	'amocrm-deal-to-client',
	'missed-lesson-to-parents',
	'lessons-running-out-to-manager',
	'mcp-server',
	'payment-yookassa',
	'debt-with-link',
	'payment-cloudpayments',
	'payment-robokassa',
	'bank-statement',
	'lesson-reminder',
	'trial-booking',
	'morning-check',
	'staff-agent',
	'promoter-lead',
	'messenger-funnel',
].map((name) => ({ name, isCompared: fs.existsSync(httpFile(name)) }));

/** @param name of a job */
export const withPackage = (name: string) => readJson<Workflow>(inRepo('examples', `${name}.json`));

/** @param name of a job that is compared */
export const withHttp = (name: string) => readJson<Workflow>(httpFile(name));

/** All that can be imported. */
export function allExamples(): Array<{ file: string; workflow: Workflow }> {
	const files = fs.readdirSync(inRepo('examples')).filter((file) => file.endsWith('.json'));
	return files.sort().map((file) => ({ file, workflow: readJson<Workflow>(inRepo('examples', file)) }));
}

/** How many nodes a workflow has, without its notes. */
export const countNodes = ({ nodes }: Workflow) =>
	nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote').length;
