// Writes numbers.txt: the bits of a double (16 hexadecimal digits) and how ECMAScript writes it. Needs Node.js.
//     node make_numbers.mjs > numbers.txt
const view = new DataView(new ArrayBuffer(8));
const out = (value) => {
  view.setFloat64(0, value);
  console.log(view.getBigUint64(0).toString(16).padStart(16, "0"), String(value));
};
// Limits, layout changes, and RFC 8785's appendix B.
for (const value of [0, -0, 1, -1, 0.1, 1.5, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2.2250738585072014e-308,
  2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 53, 2 ** 54, 2 ** 54 + 4, 2 ** 63, 2 ** 64, 295147905179352830000, 999999999999999900000, 1e20, 1e21,
  9.999999999999997e22, 1e23, 1.0000000000000001e23, 1e-5, 1e-6, 1e-7, 0.000001, 1.234e-6, 9.999999999999997e-7,
  333333333.3333332, 333333333.33333325, 333333333.3333333, 333333333.3333334, 333333333.33333343,
  -0.0000033333333333333333, 1424953923781206.2, 4.35, 0.3, 100, 120, 123456789012345680000, 12345678901234567,
  1.7976931348623155e308, 4.9406564584124654e-324, 9007199254740994, 12345.678, 1e300, 1e-300]) out(value);
for (let power = -30; power <= 30; power += 1) out(3 * 10 ** power);
let state = 8785n;
for (let count = 0; count < 300;) {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  view.setBigUint64(0, state ^ (state >> 33n));
  const value = view.getFloat64(0);
  if (Number.isFinite(value)) { out(value); count += 1; }
}
