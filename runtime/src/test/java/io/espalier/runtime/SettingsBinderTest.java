package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Setting;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsBinderTest {
    enum Colour {
        RED,
        GREEN
    }

    record Shade(double darkness) {
        public static Shade valueOf(String text) {
            return new Shade(Double.parseDouble(text));
        }

        @Override
        public String toString() {
            return Double.toString(darkness);
        }
    }

    record Painting(
            @Setting("How many coats.") int coats,
            @Setting("Litres of paint.") double litres,
            @Setting("Whether it rains.") boolean rain,
            @Setting("Which colour.") Colour colour,
            @Setting("How dark.") Shade shade,
            String note) {
        Painting {
            if (coats < 1) {
                throw new IllegalArgumentException("coats (" + coats + ") must be at least 1. Maybe use 2.");
            }
        }
    }

    private static final Painting DEFAULTS = new Painting(2, 1.5, false, Colour.RED, new Shade(0.5), "none");

    @Test
    void valuesFromAFileAndFromWordsGoOverTheDefaults() {
        Painting fromFile = SettingsBinder.bind(
                DEFAULTS, SettingsBinder.parse("coats: 3\ncolour: green\nshade: 0.25\n", "paint.yaml"));
        assertThat(fromFile).isEqualTo(new Painting(3, 1.5, false, Colour.GREEN, new Shade(0.25), "none"));
        Painting fromWords = SettingsBinder.bind(
                fromFile, SettingsBinder.parseWords(List.of("litres=2e-1", "rain=true", "note=a=b")));
        assertThat(fromWords).isEqualTo(new Painting(3, 0.2, true, Colour.GREEN, new Shade(0.25), "a=b"));
    }

    @Test
    void everythingThatIsWrongIsReportedTogether() {
        assertThatThrownBy(() -> SettingsBinder.bind(
                        DEFAULTS, Map.of("coat", "3", "litres", "many", "colour", "blue", "rain", "perhaps")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"coat\" is not a setting. Maybe you mean coats.")
                .hasMessageContaining("litres (many) must be a number")
                .hasMessageContaining("colour (blue) must be one of RED, GREEN")
                .hasMessageContaining("rain (perhaps) must be true or false");
    }

    @Test
    void aFractionIsNoWholeNumberAndEmptyIsNoNumber() {
        assertThatThrownBy(() -> SettingsBinder.bind(DEFAULTS, Map.of("coats", 2.5)))
                .hasMessageContaining("coats (2.5) must be a whole number");
        assertThatThrownBy(() -> SettingsBinder.bind(DEFAULTS, SettingsBinder.parseWords(List.of("coats=2.5"))))
                .hasMessageContaining("coats (2.5) must be a whole number");
        assertThatThrownBy(() -> SettingsBinder.bind(DEFAULTS, SettingsBinder.parseWords(List.of("coats="))))
                .hasMessageContaining("coats () must be a whole number");
    }

    @Test
    void theRecordsOwnRulesSpeakLast() {
        assertThatThrownBy(() -> SettingsBinder.bind(DEFAULTS, Map.of("coats", 0)))
                .hasMessage("coats (0) must be at least 1. Maybe use 2.");
    }

    @Test
    void aFileThatIsNoMappingOrTwiceNamesAKeyIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> SettingsBinder.parse("- 1\n- 2\n", "list.yaml"))
                .hasMessageContaining("list.yaml must be");
        assertThatThrownBy(() -> SettingsBinder.parse("a: [1\n", "torn.yaml")).hasMessageContaining("torn.yaml: line");
        assertThatThrownBy(() -> SettingsBinder.parse("a: 1\na: 2\n", "twice.yaml"))
                .hasMessageContaining("twice.yaml");
        assertThatThrownBy(() -> SettingsBinder.parseWords(List.of("gamma"))).hasMessageContaining("key=value");
        assertThat(SettingsBinder.parse("", "empty.yaml")).isEmpty();
    }

    @Test
    void aRecordSurvivesBeingWrittenAndReadBack() {
        Painting painting = new Painting(7, 1e-300, true, Colour.GREEN, new Shade(0.125), "yes: #1 \"quoted\"");
        String yaml = SettingsBinder.write(SettingsBinder.toMap(painting));
        assertThat(SettingsBinder.bind(DEFAULTS, SettingsBinder.parse(yaml, "x")))
                .isEqualTo(painting);
    }

    @Test
    void descriptionsCarryTypeDefaultAndSentence() {
        assertThat(SettingsBinder.describe(DEFAULTS).get(0))
                .isEqualTo(new SettingsBinder.Description("coats", "a whole number", "2", "How many coats."));
    }
}
