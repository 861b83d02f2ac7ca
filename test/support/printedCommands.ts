import { version } from '../../package.json';

/** Where a printed command is run: this text of that file does it. */
interface RunBy {
	file: string;
	text: string;
}

const CI = '.ci/run';
const WORKFLOW = '.github/workflows/ci.yml';
const COMMANDS = 'test/e2e/commands.test.ts';
const INSTALL = 'test/e2e/install.test.ts';
const by = (file: string, text: string): RunBy => ({ file, text });

/** Commands of the pages that a test or a step of CI runs. */
export const RUN: Record<string, RunBy> = {
	'npm test': by(WORKFLOW, 'run: npm test'),
	'npm run demo': by(CI, 'npm run demo -- --once'),
	'npm run demo -- --once': by(CI, 'npm run demo -- --once'),
	'npm run demo:queue': by(WORKFLOW, 'npm run demo:queue -- --once'),
	'npm run dev': by('test/e2e/dev.test.ts', "['dev', "),
	'npm run dev -- --no-n8n --user-folder ~': by('test/e2e/dev.test.ts', "start('--no-n8n')"),
	'npm run test:e2e': by(WORKFLOW, 'npm run test:e2e'),
	'npm run test:queue': by(WORKFLOW, 'npm run test:queue'),
	'npm run test:deep': by('.github/workflows/deep.yml', 'run: npm run test:deep'),
	'npm run test:versions': by('scripts/testDeep.ts', "testInEngines('all')"),
	'npm run test:engine -- 2.39.8': by('.ci/run', 'npm run test:engine -- 1.122.48'),
	'npm run check': by(WORKFLOW, 'npm run check'),
	'npm run lint': by('package.json', 'npm run lint &&'),
	'npm run layers': by('package.json', 'npm run layers &&'),
	'npm run typecheck': by('package.json', 'npm run unused && npm run typecheck'),
	'npm run release:check': by(WORKFLOW, 'npm run release:check -- --allow-placeholder-owner'),
	'npm run release:notes -- v1.0.0': by(
		'.github/workflows/publish.yml',
		'release:notes -- "$GITHUB_REF_NAME"',
	),
	'npm run build': by(CI, 'npm run build'),
	'apt-get install chromium': by(CI, 'apt-get install -y -qq chromium'),
	'apt-get install postgresql redis-server': by(WORKFLOW, 'postgresql redis-server'),

	'npm pack': by(INSTALL, "['pack']"),
	'rm -rf ~/.n8n/nodes/node_modules/n8n-nodes-alfacrm': by(INSTALL, 'const [remove, make, extract]'),
	'mkdir -p ~/.n8n/nodes/node_modules/n8n-nodes-alfacrm': by(INSTALL, 'const [remove, make, extract]'),
	[`tar -xzf /path/to/n8n-nodes-alfacrm-${version}.tgz -C ~/.n8n/nodes/node_modules/n8n-nodes-alfacrm --strip-components=1`]:
		by(INSTALL, 'const [remove, make, extract]'),

	'npm test -- --selectProjects unit': by(COMMANDS, "'npm test -- --selectProjects unit'"),
	'npm test -- test/engine/upsert.test --selectProjects engine': by(
		COMMANDS,
		"'npm test -- test/engine/upsert.test",
	),
	'npm run docs': by(COMMANDS, "'npm run docs'"),
	'npm run format:fix': by(COMMANDS, "'npm run format:fix'"),
	'npm run hooks': by(COMMANDS, "'npm run hooks'"),
	'npm run sandbox': by(COMMANDS, "'npm run sandbox'"),
	'npm run sandbox -- --port 0 --customers 5000 --seed 7 --set pageSize=50 --set total=missing': by(
		COMMANDS,
		'--seed 7',
	),
	'npm run sandbox -- --profile alfacrm-profile.json': by(COMMANDS, '--profile alfacrm-profile.json'),
	'npm run demo:queue -- --help': by(COMMANDS, "'demo:queue'"),
	'npm run dev -- --help': by(COMMANDS, "'dev'"),
	'npm run bench -- --help': by(COMMANDS, "'bench'"),
	'npm run test:deep -- --help': by(COMMANDS, "'test:deep'"),
	'npm run test:mutation -- --help': by(COMMANDS, "'test:mutation'"),
};

/** Commands of the pages that nothing runs, and why. */
export const NOT_RUN: Record<string, string> = {
	'npm run set-owner -- <github-owner>':
		'It writes into files of the repository; what it does is tested on a copy (test/unit/release/owner.test.ts).',
	'npm run contract:write':
		'It writes into test/unit/contract; that nothing new would be written is tested there.',
	'npm install': 'After another version in package.json, it writes it into package-lock.json.',
	'npm run compat':
		'It installs a whole n8n for each version; its checks are run in the newest (test/compat).',
	'npm run compat -- 1.123 latest':
		'It installs a whole n8n for each version; its checks are run in the newest (test/compat).',
	'git tag v1.0.0 && git push origin v1.0.0': 'It publishes the package.',
	'npx @n8n/scan-community-package n8n-nodes-alfacrm':
		'The package is not on npm yet; the same rules are run on its files (test/release/package.test.ts).',
	'npm run lint:fix': 'It is `npm run lint`, which CI runs, with a flag of ESLint; a minute for each run.',
	'npm run bench':
		'It measures for half an hour, on a machine that does nothing else; that it starts is tested (--help).',
	'npm run bench -- --write':
		'It measures for long, and writes the figures of the machine into docs/performance.md.',
	'npm run bench:poll':
		'It measures for long, on a machine that does nothing else; that it starts is tested (--help).',
	'npm run bench:poll -- --write':
		'It measures for long, and writes the figures of the machine into docs/performance.md.',
	'npm run bench:queue':
		'It measures for long, on a machine that does nothing else; `npm run test:queue` has the same loads, but smaller.',
	'npm test -- --seed=<n>': 'It is `npm test`, played again by the number that a failed run has printed.',
	'npm run test:mutation': 'It breaks the sources for half an hour; that it starts is tested (--help).',
	'npm run screenshots':
		'It writes pictures into docs/images; the tests of the editor drive it by the same code.',
	'npm run animation':
		'It needs ffmpeg and writes into docs/images; the tests of the editor drive it by the same code.',
	'docker compose -f examples/docker/compose.yml up': 'CI has no Docker, as that page says.',
	'docker compose -f examples/docker/compose.queue.yml up': 'CI has no Docker, as that page says.',
	'docker compose -f … down --volumes': 'CI has no Docker, as that page says.',
	'[ -f examples/docker/.env ] || printf \'N8N_ENCRYPTION_KEY=%s\\nPOSTGRES_PASSWORD=%s\\n\' "$(openssl rand -hex 24)" "$(openssl rand -hex 24)" > examples/docker/.env':
		'It is for Docker, which CI does not have.',
};
