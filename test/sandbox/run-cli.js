const { spawn } = require('node:child_process');
const { join } = require('node:path');

const root = join(__dirname, '../..');

/**
 * Runs the command line of the sandbox.
 * @param {string[]} args
 * @returns {{ line: (part: string) => Promise<string>, stop: (signal: NodeJS.Signals) => void, ended: Promise<{ code: number | null, out: string, error: string }> }}
 */
exports.runCli = (args) => {
	const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/cli.mjs', ...args], {
		cwd: root,
	});
	let [out, error] = ['', ''];
	let onOutput = () => {};
	child.stdout.on('data', (data) => {
		out += data;
		onOutput();
	});
	child.stderr.on('data', (data) => (error += data));
	const ended = new Promise((resolve) => {
		child.on('close', (code) => resolve({ code, out, error }));
	});
	const line = (part) =>
		new Promise((resolve, reject) => {
			onOutput = () => {
				const found = out
					.split('\n')
					.slice(0, -1)
					.find((text) => text.includes(part));
				if (found !== undefined) resolve(found);
			};
			onOutput();
			void ended.then(() => reject(new Error(`Ended without "${part}": ${out}${error}`)));
		});
	return { line, stop: (signal) => child.kill(signal), ended };
};
