// Makes src/tokens.css from desktop/tokens.json, the one source of the look. `cargo test` checks that both agree.
import { readFileSync, writeFileSync } from 'node:fs';

const at = (path) => new URL(path, import.meta.url);
const tokens = JSON.parse(readFileSync(at('../../../tokens.json'), 'utf8'));

const colors = Object.entries(tokens.color).map(([name, { light, dark }]) => `  --${name}: light-dark(${light}, ${dark});`);
const sizes = Object.entries(tokens.type)
  .filter(([, size]) => typeof size === 'number')
  .map(([name, size]) => `  --text-${name}: ${size}px;`);

const css = [
  '/* Made by scripts/tokens.mjs from desktop/tokens.json. */',
  ':root {',
  ...colors,
  ...sizes,
  `  --font: '${tokens.type.family} Variable', sans-serif;`,
  `  --step: ${tokens.space.step}px;`,
  `  --radius: ${tokens.radius.control}px;`,
  `  --radius-panel: ${tokens.radius.panel}px;`,
  `  --target: ${tokens.target['back-office']}px;`,
  `  --motion: ${tokens.motion.milliseconds}ms;`,
  '}',
  '',
];
writeFileSync(at('../src/tokens.css'), css.join('\n'));
