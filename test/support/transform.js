const { transformSync } = require('esbuild');

/** TypeScript for jest, which checks no types: `npm run typecheck` does. */
module.exports = {
	process: (source, sourcefile) =>
		transformSync(source, {
			sourcefile,
			loader: 'ts',
			format: 'cjs',
			target: 'node20',
			sourcemap: 'inline',
			// As the compiler does: without it a write to a frozen object would pass in silence.
			tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
		}),
};
