import execa from 'execa';
import { ROOT } from './lib/paths';

/**
 * `npm run lint`: n8n's linter, by n8n's rules for nodes. It insists on its own eslint.config.mjs; what is never published
 * and may use Node has another one beside it, which ESLint takes with this flag, and by itself from version 10 on.
 */
export async function main() {
	const { exitCode = 1 } = await execa('n8n-node', ['lint', ...process.argv.slice(2)], {
		cwd: ROOT,
		preferLocal: true,
		env: { ESLINT_FLAGS: 'unstable_config_lookup_from_file' },
		stdio: 'inherit',
		reject: false,
	});
	return exitCode;
}
